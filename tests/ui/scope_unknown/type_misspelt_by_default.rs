use mcp_auth::{Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

struct Notes;

#[server(default(scopes(ReadNote)), requires(WriteNotes))]
impl Notes {
    #[tool]
    async fn read_note(&self) -> &'static str {
        "done"
    }
    #[tool]
    async fn list_notes(&self) {}
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
