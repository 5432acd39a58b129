use mcp_auth::{Server, server};
use mcp_auth::AuthInfo;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, user: AuthInfo) -> String {
        user.subject().to_owned()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
