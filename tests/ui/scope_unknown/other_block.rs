use mcp_auth::server;

struct Notes;

mod repos {
    #[mcp_auth::tools(repos)]
    impl super::Notes {
        #[tool(any_of("notes:read", "notes:delete"))]
        fn list(&self) {}
    }
}

// Without `scopes(…)` other files may use what this block uses.
#[server(tools(repos::repos))]
impl Notes {
    #[tool(scopes("notes:read"))]
    fn own(&self) {}
}

fn main() {}
