//! Why a tool cannot be added.

/// A tool cannot be added at run time. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddToolError {
    /// The server has a tool of this name.
    #[error("the tool name `{name}` is taken; remove that tool first, or choose another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The protocol does not allow the name.
    #[error(
        "`{name}` cannot be the name of a tool; 1 to 128 letters, digits, `_`, `-` and `.` can: clients drop a whole \
         list for one name that they do not like"
    )]
    NameNotAllowed {
        /// The name.
        name: String,
    },
    /// The access decision names a scope that the server does not declare.
    #[error(
        "tool `{name}`: unknown scope `{scope}`; this server declares: {}",
        if declared.is_empty() { "none".to_owned() } else { declared.join(", ") }
    )]
    UnknownScope {
        /// The tool.
        name: String,
        /// The scope.
        scope: String,
        /// The scopes of the server.
        declared: Vec<String>,
    },
    /// The access decision is a list of scopes without any.
    #[error("tool `{name}`: no scope is named; `Access::authenticated()` takes every good token")]
    NoScope {
        /// The tool.
        name: String,
    },
    /// The schema of the input or the output is none that clients take.
    #[error("tool `{name}`: {problem}")]
    Schema {
        /// The tool.
        name: String,
        /// What is wrong.
        problem: String,
    },
}
