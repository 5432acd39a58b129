use mcp_auth::tools;

pub struct Search;

#[tools(pub search, scopes("notes:read"))]
impl Search {
    #[tool(scopes("notes:rad"))]
    fn find(&self) {}
}

fn main() {}
