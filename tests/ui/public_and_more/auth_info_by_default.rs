use mcp_auth::{Server, server};

struct Notes;

#[server(default(public))]
impl Notes {
    #[tool]
    async fn who(&self, user: mcp_auth::AuthInfo) -> String {
        user.subject().to_owned()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
