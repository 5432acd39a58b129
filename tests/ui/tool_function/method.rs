use mcp_auth::{server, tool};

struct Notes;

impl Notes {
    #[tool(server = Notes, public)]
    fn search(&self) {}
}

#[server]
impl Notes {}

fn main() {}
