use mcp_auth::server;

struct Notes;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Point {
    x: u8,
}

#[server]
impl Notes {
    #[tool(public)]
    fn f(&self, Point { x }: Point) -> u8 {
        x
    }
}

fn main() {}
