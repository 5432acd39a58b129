use mcp_auth::server;

struct Notes;

mod search {
    #[mcp_auth::tool(server = super::Notes, public)]
    pub fn find() {}
}

#[mcp_auth::tools(repos)]
impl Notes {
    #[tool(public, name = "find")]
    fn find_repos(&self) {}
}

#[server(tools(search::find, repos))]
impl Notes {}

fn main() {}
