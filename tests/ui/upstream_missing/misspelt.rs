use mcp_auth::{GitHub, Server, Upstream, server};

struct Notes;

#[server(resource = "https://notes.example.com/mcp", upstream(GitHup))]
impl Notes {
    #[tool(authenticated)]
    async fn profile(&self, github: Upstream<GitHub>) -> String {
        format!("{github:?}")
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
