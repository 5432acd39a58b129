use std::cell::Cell;

use mcp_auth::tools;

struct Search(Cell<u8>);

#[tools(pub search, scopes("a"))]
impl Search {
    #[tool(public)]
    async fn find(&self) -> u8 {
        self.0.get()
    }
}

fn main() {}
