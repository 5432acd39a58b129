use mcp_auth::server;

struct Notes;

mod search {
    #[mcp_auth::tool(server = super::Notes)]
    pub fn search(query: String) -> String {
        query
    }
}

#[server(tools(search::search))]
impl Notes {}

fn main() {}
