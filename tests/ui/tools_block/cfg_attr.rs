use mcp_auth::{server, tools};

struct Notes;

#[tools(pub repos)]
impl Notes {
    #[cfg_attr(unix, tool(public))]
    fn list(&self) {}
}

#[server(tools(repos))]
impl Notes {}

fn main() {}
