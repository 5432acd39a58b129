use mcp_auth::{Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

struct Notes;

#[server(scopes(ReadNotes, "mcp:tools"))]
impl Notes {
    #[tool(scopes(WriteNotes))]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
