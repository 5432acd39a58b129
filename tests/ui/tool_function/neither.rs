use mcp_auth::{server, tool};

struct Notes;
pub struct Odd;

#[tool(server = Notes, public)]
pub fn search(_odd: Odd) {}

#[server(tools(search))]
impl Notes {}

fn main() {}
