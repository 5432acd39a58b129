use mcp_auth::{Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

struct Notes;

#[server(scopes(ReadNotes, WriteNotes))]
impl Notes {
    #[tool(any_of(ReadNotes))]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
