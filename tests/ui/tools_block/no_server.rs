use mcp_auth::tools;

struct Notes;

#[tools(pub repos)]
impl Notes {
    #[tool(scopes("a"))]
    fn list(&self, _a: u8) {}

    #[tool]
    fn more(&self) {}
}

fn main() {}
