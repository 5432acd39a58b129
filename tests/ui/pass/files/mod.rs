//! One server in several files.

#![deny(missing_docs, unused, clippy::pedantic)]

pub mod functions;
mod made;
pub mod repos;

use mcp_auth::{Holds, Server, server};
use mcp_auth_tests_part::Search;

/// Its tools stand in other files.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    search: Search,
    name: String,
}

impl Holds<Search> for Notes {
    fn part(&self) -> &Search {
        &self.search
    }
}

#[server(
    scopes("notes:read", "notes:write", "index:write"),
    default(scopes("notes:read")),
    tools(
        functions::search,
        self::functions::plain,
        functions::r#move,
        functions::hostile::mcp_auth_call_hostile,
        functions::hostile::spawnable,
        repos::repos,
        repos::more,
        #[cfg(any())]
        repos::gone,
        #[cfg(not(any()))]
        repos::here,
        made::first,
        made::second,
        made::block,
        mcp_auth_tests_part::search,
        mcp_auth_tests_part::find,
    )
)]
impl Notes {
    /// In the block itself.
    #[tool]
    pub async fn own(&self) -> &str {
        &self.name
    }
}

#[test]
fn every_tool_is_listed() {
    let names: Vec<_> = Notes::DEFINITION.tools.iter().copied().flatten().map(|tool| tool.name).collect();
    assert_eq!(
        names,
        [
            "own",
            "search",
            "plain",
            "move",
            "mcp_auth_call_hostile",
            "spawnable",
            "list_repos",
            "listed",
            "by_rmcps_name",
            "more",
            "here",
            "first",
            "second",
            "made",
            "count",
            "rebuild",
            "find",
        ]
    );
}

#[tokio::test]
async fn functions_stay_functions() {
    use mcp_auth::State;

    let notes = Notes { name: "n".to_owned(), ..Notes::default() };
    assert_eq!(functions::search(State(notes.clone()), "x".to_owned(), Option::None).await.unwrap(), "n x 0");
    assert_eq!(functions::plain(1, (2, 3)), 6);
    assert_eq!(repos::repos_of(&notes), "n");
}

#[test]
fn servers_and_their_files_stand_in_functions() {
    #[derive(Clone)]
    struct Local;

    #[server(default(authenticated), tools(there, block))]
    impl Local {}

    #[mcp_auth::tool(server = Local)]
    fn there() -> u8 {
        1
    }

    #[mcp_auth::tools(block)]
    impl Local {
        #[tool(public)]
        fn inside(&self) -> u8 {
            let _ = self;
            2
        }
    }

    assert_eq!(Local::DEFINITION.tools.len(), 3);
    assert_eq!(there() + Local.inside(), 3);
}
