use mcp_auth::tools;

struct Notes<T>(T);

#[tools(repos)]
impl<T> Notes<T> {
    #[tool(public)]
    fn list(&self) {}
}

fn main() {}
