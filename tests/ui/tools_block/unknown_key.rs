use mcp_auth::{server, tools};

struct Notes;

#[tools(repos, scope("a"))]
impl Notes {
    #[tool(public)]
    fn list(&self) {}
}

#[server(tools(repos))]
impl Notes {}

fn main() {}
