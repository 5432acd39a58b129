//! OAuth-protected MCP servers.

#![expect(dead_code, reason = "skeleton")]

mod authorize;
mod config;
mod extract;
#[doc(hidden)]
pub mod private;
mod tool;
mod transport;

pub use config::{ConfigError, Problem};
pub use extract::{Extractor, FromToolCall, OptionalFromToolCall, State};
#[doc = include_str!("../docs/server.md")]
pub use mcp_auth_macros::server;
#[doc = include_str!("../docs/tools.md")]
pub use mcp_auth_macros::tool;
pub use rmcp;
pub use rmcp::handler::server::wrapper::Json;
pub use tool::{IntoToolResult, Server, TellClient, ToolCall, ToolError};

/// Stand-in until `authenticate/` lands.
#[derive(Clone, Debug)]
pub struct AuthInfo;
impl AuthInfo {
    /** who */
    pub fn subject(&self) -> &str {
        ""
    }
}
