use mcp_auth::{server, tool};

struct Notes;
struct Archive;

#[tool(server = Archive, public)]
fn search() {}

#[server(tools(search))]
impl Notes {}

#[server]
impl Archive {}

fn main() {}
