//! Servers made of parts.

/// A server that holds a `Part`, and so can list the part's tools.
///
/// A part is a type with tools of its own, often in another crate that cannot know the server. Its block declares the
/// scopes it uses; a server that holds it lists the block by path.
///
/// ```
/// use mcp_auth::{Holds, server, tools};
///
/// pub struct Search { /* an index */ }
///
/// #[tools(pub search_tools, scopes("notes:read"))]
/// impl Search {
///     /// Find notes that hold a text.
///     #[tool(scopes("notes:read"))]
///     async fn find(&self, text: String) -> String {
///         format!("nothing holds {text}")
///     }
/// }
///
/// pub struct Notes { search: Search }
///
/// impl Holds<Search> for Notes {
///     fn part(&self) -> &Search {
///         &self.search
///     }
/// }
///
/// // Every scope of the listed tools must be one of these.
/// #[server(scopes("notes:read", "notes:write"), tools(search_tools))]
/// impl Notes {}
/// # assert_eq!(<Notes as mcp_auth::Server>::DEFINITION.tools[1][0].name, "find");
/// ```
#[diagnostic::on_unimplemented(
    message = "these are tools of `{Part}`, which is not `{Self}` and no part of it",
    label = "tools of `{Part}`",
    note = "list them in the `#[server]` block of `{Part}`, or write `{Self}` where they name their server",
    note = "if a `{Self}` holds a `{Part}`, say so: `impl mcp_auth::Holds<{Part}> for {Self}`"
)]
pub trait Holds<Part>: Sized + 'static {
    /// The part whose tool is called.
    fn part(&self) -> &Part;
}

/// A server's own tools need no part.
impl<S: 'static> Holds<S> for S {
    fn part(&self) -> &S {
        self
    }
}
