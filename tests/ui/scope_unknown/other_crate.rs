use mcp_auth::tool;

// A tool for a type of another crate, which declares what exists.
#[tool(server = mcp_auth_tests_part::Search, scopes("notes:raed"))]
pub fn search() {}

fn main() {}
