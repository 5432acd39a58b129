use mcp_auth::server;

struct Notes;

#[mcp_auth::tools(repos)]
impl Notes {
    #[tool]
    fn search(&self) {}
}

#[server(tools(repos))]
impl Notes {}

fn main() {}
