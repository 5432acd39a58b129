use mcp_auth::tool;

struct Notes;

#[tool(server = Notes, public)]
pub fn search(query: String) -> String {
    query
}

fn main() {}
