use mcp_auth::server;

struct Notes;

mod search {
    pub fn search() {}
}

#[server(tools(search::search))]
impl Notes {}

fn main() {}
