use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[cfg(not(windows))]
    #[tool(public)]
    async fn read_note(&self) -> &'static str {
        "done"
    }

    #[tool(public, name = "read_note")]
    async fn show_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
