//! A tool in another file than the part's catalogue.

use mcp_auth::{State, tool};

use crate::Search;

/// Find the texts that hold a word.
#[tool(server = Search)]
pub async fn find(State(search): State<Search>, word: String) -> String {
    search.texts.iter().filter(|text| text.contains(&word)).cloned().collect::<Vec<_>>().join(", ")
}
