use mcp_auth::{server, tools};

struct Notes;

#[tools(default(authenticated))]
impl Notes {
    #[tool]
    fn list(&self) {}
}

#[server]
impl Notes {}

fn main() {}
