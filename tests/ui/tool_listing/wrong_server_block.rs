use mcp_auth::{server, tools};

struct Notes;
struct Archive;

#[tools(repos)]
impl Archive {
    #[tool(public)]
    fn search(&self) {}
}

#[server(tools(repos))]
impl Notes {}

#[server]
impl Archive {}

fn main() {}
