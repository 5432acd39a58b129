use mcp_auth::server;
use rmcp::tool;

struct Notes;

#[tool]
fn search() -> String {
    String::new()
}

#[server(tools(search))]
impl Notes {}

fn main() {}
