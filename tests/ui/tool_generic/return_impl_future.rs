use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    fn limit(&self) -> impl Future<Output = u64> {
        async { 7 }
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
