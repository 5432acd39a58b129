use mcp_auth::server;

struct Notes;

#[mcp_auth::tool(server = Notes, public)]
fn ping() {}

#[server(tools(ping))]
impl Notes {
    #[tool(public)]
    fn ping(&self) {}
}

fn main() {}
