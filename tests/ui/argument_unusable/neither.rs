use mcp_auth::{Server, server};

struct NoteId;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, id: NoteId) -> &'static str {
        let _ = id;
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
