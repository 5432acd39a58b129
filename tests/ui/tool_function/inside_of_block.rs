use mcp_auth::server;

struct Notes;

#[server]
impl Notes {
    #[tool(server = Notes, public)]
    fn search(&self) {}
}

fn main() {}
