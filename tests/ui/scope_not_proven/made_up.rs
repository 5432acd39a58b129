use mcp_auth::{Proves, Scope};

#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

struct Forged;

impl Proves<WriteNotes> for Forged {}

fn main() {}
