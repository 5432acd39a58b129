use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, id: u64, #[arg(rename = "id")] other: u64) {
        let _ = (id, other);
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
