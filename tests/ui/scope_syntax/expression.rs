use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(scopes("notes:read", 5))]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
