//! Named blocks.

use mcp_auth::tools;

use super::Notes;

#[tools(pub repos)]
impl Notes {
    /// List repositories.
    #[tool(scopes("notes:read"), any_of("notes:read", "notes:write"))]
    pub async fn list_repos(&self, _private: Option<bool>) -> String {
        repos_of(self)
    }

    #[cfg(any())]
    #[tool(scopes("never"))]
    fn gone(&self) {}

    /// A private method under another name.
    #[tool(name = "listed")]
    fn under_another_name(&self) -> usize {
        self.name.len()
    }

    /// Inside of our blocks every `#[tool]` is ours.
    #[rmcp::tool(public)]
    pub fn by_rmcps_name(&self) {}
}

pub(super) fn repos_of(notes: &Notes) -> String {
    notes.name.clone()
}

#[tools(more, default(authenticated))]
impl Notes {
    /// One more.
    #[tool]
    #[deprecated]
    pub fn more(&self) {}
}

#[cfg(any())]
#[tools(gone)]
impl Notes {
    #[tool(public)]
    pub fn gone(&self) -> Gone {}
}

#[tools(here)]
#[cfg(not(any()))]
impl Notes {
    /// Here.
    #[tool(public)]
    pub fn here(&self) {}
}

#[tools(elsewhere)]
#[cfg(any())]
impl Notes {
    #[tool(public)]
    pub fn elsewhere(&self) -> Gone {}
}

#[mcp_auth::tool(server = Notes, public)]
#[cfg(any())]
pub fn gone() -> Gone {}
