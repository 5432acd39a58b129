use mcp_auth::{server, tool};

struct Notes;

mod tools {
    #[super::tool(server = super::Notes, public)]
    pub fn search() {}
}

#[server(tools(tools))]
impl Notes {}

fn main() {}
