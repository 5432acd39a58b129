use mcp_auth::server;

#[derive(Clone)]
struct Notes;

mod search {
    use super::Notes;

    #[mcp_auth::tool(server = Notes, scopes("notes:raed"))]
    pub async fn search(query: String) -> String {
        query
    }
}

#[server(scopes("notes:read", "notes:write"), tools(search::search))]
impl Notes {}

fn main() {}
