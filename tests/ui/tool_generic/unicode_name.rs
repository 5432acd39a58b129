use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn größe(&self) -> u64 {
        7
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
