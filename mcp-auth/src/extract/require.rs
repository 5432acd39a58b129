//! `AuthInfo::has` and `AuthInfo::require`: scopes that a tool asks for while it runs.

use crate::{AuthInfo, Granted, Scope, tool::ToolError};

impl<C> AuthInfo<C> {
    /// Whether the caller holds the scope `S`, itself or by a scope that includes it.
    ///
    /// A scope that the server does not declare means nothing here: nobody holds it, and the log says so.
    pub fn has<S: Scope>(&self) -> bool {
        self.grant::<S>().is_ok()
    }

    /// Proof that the caller holds the scope `S`, for what only some calls of a tool need.
    ///
    /// ```
    /// use mcp_auth::prelude::*;
    ///
    /// /// Read all notes, also those of others.
    /// #[derive(Scope)]
    /// #[scope("notes:admin")]
    /// struct AdminNotes;
    ///
    /// struct Notes;
    ///
    /// #[server(resource = "https://notes.example.com/mcp", scopes(AdminNotes, "notes:read"))]
    /// impl Notes {
    ///     /// Counts the notes of a person.
    ///     #[tool(scopes = "notes:read")]
    ///     async fn count_notes(&self, user: AuthInfo, of: Option<String>) -> Result<u64> {
    ///         if of.is_some_and(|of| of != user.subject()) {
    ///             user.require::<AdminNotes>()?;
    ///         }
    ///         Ok(3)
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The caller lacks the scope. A tool that returns this error makes the client ask for it: 403 with a challenge for
    /// everything that the tool needs (RFC 6750 section 3.1) where nothing has been answered yet, otherwise a result
    /// that says the same in `_meta`. A tool that handles the error otherwise challenges nobody.
    ///
    /// Sessions of the protocol versions before 2026-07-28 have begun their answer by then, and their clients show the
    /// refusal instead of asking for more. What a tool always needs is better declared with `scopes(…)`.
    ///
    /// A scope that the server does not declare is the developer's error: the log names it, the client reads an id.
    pub fn require<S: Scope>(&self) -> Result<Granted<S>, ToolError> {
        self.grant().map_err(|lacking| match lacking {
            Lacking::Scope => ToolError::needs_scope(S::INFO),
            Lacking::Declaration => {
                ToolError::opaque(format!("this server does not declare the scope {}", S::INFO.name()))
            }
        })
    }

    fn grant<S: Scope>(&self) -> Result<Granted<S>, Lacking> {
        if self.catalog().exactly([S::INFO]).is_none() {
            let scope = S::INFO.name();
            tracing::error!(scope, "a scope is asked for that this server does not declare: nobody holds it");
            return Err(Lacking::Declaration);
        }
        Granted::check(self.catalog(), self.scope_set()).ok_or(Lacking::Scope)
    }
}

/// Why there is no proof.
enum Lacking {
    /// The caller's token lacks the scope.
    Scope,
    /// The server does not know the scope.
    Declaration,
}
