use mcp_auth::{server, tool};

struct Notes;

#[tool(server = Note, scopes("a"))]
pub fn search(query: String, more: u8) -> String {
    format!("{query}{more}")
}

#[server(scopes("a"), tools(search))]
impl Notes {}

fn main() {}
