use mcp_auth::server;

struct Notes;

#[mcp_auth::tool(server = Notes, public)]
fn ping() {}

#[server(tools(ping, ping))]
impl Notes {}

fn main() {}
