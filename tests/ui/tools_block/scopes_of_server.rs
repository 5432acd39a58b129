use mcp_auth::{server, tools};

struct Notes;

#[tools(repos, scopes("a"))]
impl Notes {
    #[tool(scopes("a"))]
    fn list(&self) {}
}

#[server(scopes("a", "b"), tools(repos))]
impl Notes {}

fn main() {}
