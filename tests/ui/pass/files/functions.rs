//! Functions of their own.

use mcp_auth::{AuthInfo, State, ToolError, rmcp::handler::server::wrapper::Parameters, tool};

use super::Notes;

/// Find notes.
#[tool(server = Notes, scopes("notes:read"), annotations(read_only))]
pub async fn search(
    State(notes): State<Notes>,
    /// What to look for.
    mut query: String,
    user: Option<AuthInfo>,
) -> Result<String, ToolError> {
    query.push(' ');
    Ok(format!("{} {query}{}", notes.name, user.map_or(0, |user| user.subject().len())))
}

/// No receiver, no state, a pattern with a name.
#[tool(server = super::Notes)]
#[must_use]
pub(crate) fn plain(a: u8, #[arg(rename = "pair")] (b, c): (u8, u8)) -> u8 {
    a + b + c
}

/// Everything at once.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Input {
    /// Where from.
    pub from: u64,
}

/// A keyword for a name.
#[tool(server = Notes)]
pub(super) fn r#move(Parameters(Input { from }): Parameters<Input>, _: State<Notes>) -> u64 {
    from
}

/// Names of everybody else's.
pub mod hostile {
    #![allow(dead_code, reason = "hostile on purpose")]

    mod core {}
    mod std {}
    struct Option;
    struct Result;
    struct String;
    struct Json;
    struct Some;
    struct None;
    trait Holds {}
    struct Listed;
    struct McpAuthServer;
    use super::Notes;

    /// Named like what is generated.
    #[mcp_auth::tool(server = Notes, public)]
    pub fn mcp_auth_call_hostile(r#type: u8) -> u8 {
        r#type
    }

    /// Named like what is called.
    #[mcp_auth::tool(server = Notes, public)]
    pub async fn spawnable(mcp_auth_server: u8, mcp_auth_request: u8) -> u8 {
        mcp_auth_server + mcp_auth_request
    }
}
