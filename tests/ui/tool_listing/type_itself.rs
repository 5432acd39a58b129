use mcp_auth::{server, tools};

struct Notes;
struct Search;

#[tools(search, scopes("a"))]
impl Search {
    #[tool(public)]
    fn search(&self) {}
}

#[server(tools(Search))]
impl Notes {}

fn main() {}
