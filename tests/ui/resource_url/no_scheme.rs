use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
