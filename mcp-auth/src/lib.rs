//! OAuth-protected MCP servers.

mod auth;
mod authenticate;
mod authorize;
mod builder;
mod challenge;
mod clock;
mod config;
mod development;
mod discovery;
mod error;
mod extract;
mod http;
#[doc(hidden)]
pub mod private;
mod random;
mod tool;
mod transport;

pub use auth::Auth;
pub use authenticate::{AuthInfo, Issuer, Principal};
pub use builder::AuthBuilder;
pub use config::{ConfigError, Limits, Problem};
pub use development::{DevelopmentIssuer, DevelopmentToken, DevelopmentTokenBuilder};
pub use error::{Error, Result};
pub use extract::{Extractor, FromToolCall, OptionalFromToolCall, State};
pub use mcp_auth_macros::{server, tool};
pub use rmcp;
pub use rmcp::handler::server::wrapper::Json;
pub use tool::{IntoToolResult, Server, TellClient, ToolCall, ToolError};
pub use transport::Bound;

/// What a server needs, in one `use`.
pub mod prelude {
    pub use crate::{Auth, AuthInfo, Json, ToolError, server, tool};

    /// A tool's result; `E` is [`ToolError`] unless said otherwise.
    pub type Result<T, E = ToolError> = std::result::Result<T, E>;
}
