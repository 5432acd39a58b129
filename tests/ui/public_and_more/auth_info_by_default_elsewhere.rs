use mcp_auth::{AuthInfo, server};

struct Notes;

#[mcp_auth::tool(server = Notes)]
fn whoami(_user: AuthInfo) {}

#[server(default(public), tools(whoami))]
impl Notes {}

fn main() {}
