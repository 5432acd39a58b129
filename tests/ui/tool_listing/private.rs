use mcp_auth::{server, tool};

struct Notes;

mod tools {
    #[super::tool(server = super::Notes, public)]
    fn search() {}
}

#[server(tools(tools::search))]
impl Notes {}

fn main() {}
