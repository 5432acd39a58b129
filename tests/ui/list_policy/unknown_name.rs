use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp", list = nonsense)]
impl Notes {
    #[tool(authenticated)]
    async fn delete_note(&self, id: u64) -> String {
        id.to_string()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
