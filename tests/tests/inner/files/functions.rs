//! Functions of their own.

use mcp_auth::{AuthInfo, State, tool};

use super::Library;

/// Another name.
#[tool(server = Library, scopes("notes:write"))]
pub(super) async fn rename(
    State(library): State<Library>,
    user: AuthInfo,
    /// The new one.
    to: String,
) -> String {
    format!("{} renames {} to {to}", user.subject(), library.name)
}

/// The name.
#[tool(server = Library)]
pub(super) fn name(library: State<Library>) -> String {
    library.0.name
}
