use mcp_auth::{Server, rmcp::handler::server::wrapper::Parameters, server};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Search {
    text: String,
}

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn find_some_notes(&self, search: Parameters<Search>, limit: u64) -> String {
        format!("{}{limit}", search.0.text)
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
