use mcp_auth::{Server, server};

struct Notes;

#[server(scopes("mcp:tools"), resources(scopes("mcp:resources")))]
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
