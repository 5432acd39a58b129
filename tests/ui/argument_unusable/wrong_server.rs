use mcp_auth::{Server, server};
use mcp_auth::State;

#[derive(Clone)]
struct Other;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, _state: State<Other>) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
