use mcp_auth::server;

struct Notes;

#[server(scopes("notes:read", "index:write"), tools(mcp_auth_tests_part::search))]
impl Notes {}

fn main() {}
