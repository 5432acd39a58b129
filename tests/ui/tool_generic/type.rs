use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn show<T: ToString>(&self, value: T) -> String {
        value.to_string()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
