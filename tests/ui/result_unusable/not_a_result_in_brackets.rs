use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn list_notes(&self) -> Vec<String> {
        Vec::new()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
