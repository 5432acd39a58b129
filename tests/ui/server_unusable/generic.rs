use mcp_auth::{Server, server};

struct Notes<T>(T);

#[server]
impl<T: Send + Sync + 'static> Notes<T> {
    #[tool(public)]
    async fn ping(&self) -> &'static str {
        "pong"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes(1));
}
