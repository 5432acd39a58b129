use mcp_auth::{Server, server};

struct Notes;

#[server(scopes = "notes:read notes:write")]
impl Notes {
    #[tool(any_of("notes:read", "notes:admin"))]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
