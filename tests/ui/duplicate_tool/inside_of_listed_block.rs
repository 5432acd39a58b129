use mcp_auth::server;

struct Notes;

#[mcp_auth::tools(repos)]
impl Notes {
    #[tool(public)]
    fn list(&self) {}

    #[tool(public, name = "list")]
    fn list_again(&self) {}
}

#[server(tools(repos))]
impl Notes {}

fn main() {}
