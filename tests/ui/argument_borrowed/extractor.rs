use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, user: &mcp_auth::AuthInfo) -> String {
        user.subject().to_owned()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
