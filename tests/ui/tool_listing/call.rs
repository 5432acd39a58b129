use mcp_auth::{server, tool};

struct Notes;

#[tool(server = Notes, public)]
fn search() {}

#[server(tools(search()))]
impl Notes {}

fn main() {}
