use mcp_auth::{server, tool};

struct Notes;

#[tool(server = Notes, public)]
fn search<T: ToString>(query: T) -> String {
    query.to_string()
}

#[server(tools(search))]
impl Notes {}

fn main() {}
