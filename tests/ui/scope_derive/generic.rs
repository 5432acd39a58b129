use mcp_auth::{Granted, Scope};

#[derive(Scope)]
#[scope("notes:read")]
struct Read<const N: usize>;

#[allow(dead_code, reason = "compiled only")]
fn tool(_: &Granted<Read<1>>) {
    let _ = <Read<1> as Scope>::INFO;
}

fn main() {}
