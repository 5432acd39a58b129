use mcp_auth::Scope;

#[derive(Scope)]
#[scope("notes:read", includes(OtherReadNotes))]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:read")]
struct OtherReadNotes;

fn main() {}
