use mcp_auth::{Server, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, text: impl ToString) -> String {
        text.to_string()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
