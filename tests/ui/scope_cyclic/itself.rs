use mcp_auth::Scope;

#[derive(Scope)]
#[scope("notes:read", includes(ReadNotes))]
struct ReadNotes;

fn main() {}
