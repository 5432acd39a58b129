use mcp_auth::{Server, server};

#[derive(Default, serde::Deserialize, schemars::JsonSchema)]
struct Range;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, #[arg(default)] _range: Range) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
