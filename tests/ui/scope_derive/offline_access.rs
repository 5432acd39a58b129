use mcp_auth::{Granted, Proves, Scope};

#[derive(Scope)]
#[scope("offline_access")]
struct Read;

fn helper(_: &impl Proves<Read>) {}

#[allow(dead_code, reason = "compiled only")]
fn tool(proof: &Granted<Read>) {
    helper(proof);
}

fn main() {}
