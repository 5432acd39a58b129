//! A part of servers in a crate of its own: it declares its scopes, and never learns which server holds it.

mod words;

use mcp_auth::{AuthInfo, State, tools};
pub use words::find;

/// An index of texts.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What can be found.
    pub texts: Vec<String>,
}

#[tools(pub search, scopes("notes:read", "index:write"), default(scopes("notes:read")))]
impl Search {
    /// How many texts there are.
    #[tool]
    pub async fn count(&self) -> usize {
        self.texts.len()
    }

    /// Builds the index anew.
    #[tool(scopes("index:write"))]
    pub async fn rebuild(&self, user: AuthInfo, own: State<Self>) -> String {
        format!("{} indexed {} texts", user.subject(), own.0.texts.len())
    }
}
