use mcp_auth::{Holds, server};
use mcp_auth_tests_part::Search;

#[derive(Default)]
struct Notes(Search);

impl Holds<Search> for Notes {
    fn part(&self) -> &Search {
        &self.0
    }
}

// `rebuild` needs `index:write`.
#[server(scopes("notes:read", "notes:write"), tools(mcp_auth_tests_part::find, mcp_auth_tests_part::search))]
impl Notes {}

fn main() {}
