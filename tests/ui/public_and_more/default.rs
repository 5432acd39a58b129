use mcp_auth::{Server, server};

struct Notes;

#[server(default(public, authenticated))]
impl Notes {
    #[tool(authenticated)]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
