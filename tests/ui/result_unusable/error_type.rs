use mcp_auth::{Server, server};

struct Broken;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self) -> Result<String, Broken> {
        Err(Broken)
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
