use mcp_auth::tools;

#[tools(repos)]
struct Notes;

fn main() {}
