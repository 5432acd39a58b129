use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, (from, to): (u64, u64)) -> u64 {
        to - from
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
