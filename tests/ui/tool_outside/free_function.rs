#[mcp_auth::tool(public)]
fn ping() -> &'static str {
    "pong"
}

fn main() {
    ping();
}
