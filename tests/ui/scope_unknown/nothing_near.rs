use mcp_auth::{Server, server};

struct Notes;

#[server(scopes("notes:read", "notes:write"))]
impl Notes {
    #[tool(scopes = "notes:read calendar:read")]
    async fn read_note(&self) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
