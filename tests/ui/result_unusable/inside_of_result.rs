use mcp_auth::{Server, server};

struct Note;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self) -> Result<Note, mcp_auth::ToolError> {
        Ok(Note)
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
