use mcp_auth::{DevelopmentSignIn, Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp", upstream(DevelopmentSignIn))]
impl Notes {
    #[tool(authenticated)]
    async fn hello(&self) -> &'static str {
        "hello"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
