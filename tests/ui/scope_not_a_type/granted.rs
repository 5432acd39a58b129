use mcp_auth::{Granted, Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(authenticated)]
    async fn read_note(&self, _proof: Granted<Notes>) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
