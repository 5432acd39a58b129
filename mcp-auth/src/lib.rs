//! OAuth-protected MCP servers: annotate functions, get scope checks, metadata and validated claims.
//!
//! ```no_run
//! use mcp_auth::prelude::*;
//!
//! struct Notes;
//!
//! #[server(resource = "https://notes.example.com/mcp", scopes("notes:read"))]
//! impl Notes {
//!     /// Counts your notes.
//!     #[tool(scopes = "notes:read")]
//!     async fn count_notes(&self, user: AuthInfo) -> String {
//!         format!("{} has 3 notes", user.subject())
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> mcp_auth::Result<()> {
//!     Auth::from_env().await?.serve(Notes).await
//! }
//! ```
//!
//! # Where to look
//!
//! - [`server`] and [`tool`]: every key of the two attributes, arguments and results. [`tools`]: several files.
//! - [`Auth`]: settings from code or the environment, [`serve`](Auth::serve), [`router`](Auth::router).
//! - [`mount`](Auth::mount): several servers in one process. [`layer`](Auth::layer): the same tokens for other routes.
//! - [`Issuer`]: whose tokens are accepted, and each named way to accept more. [`Introspection`] and [`TokenVerifier`]:
//!   tokens that are no JWTs.
//! - [`AuthInfo`]: who calls. [`FromToolCall`]: arguments of your own. [`ToolError`]: what the client may read.
//! - [`DevelopmentIssuer`]: tokens on this machine, for the first steps and for tests.
//!
//! # The way of a request
//!
//! ```text
//!  HTTP request
//!    | transport/        host and origin, limits, the bearer token, a look at the JSON-RPC message
//!    v
//!  authenticate/         token -> AuthInfo               no, bad, expired --+
//!    v                                                                      |
//!  authorize/            AuthInfo + tool -> decision     scope -------------+
//!    v                                                                      v
//!  extract/              AuthInfo -> tool arguments                   challenge/   401 / 403 + WWW-Authenticate
//!    v
//!  tool/                 your function
//! ```
//!
//! The folders of the source are these stages; read them in this order.

mod auth;
mod authenticate;
#[cfg(feature = "authorization-server")]
mod authorization_server;
mod authorize;
mod builder;
mod challenge;
mod clock;
mod config;
#[cfg(feature = "authorization-server")]
mod crash;
mod development;
mod discovery;
mod error;
mod extract;
#[cfg(test)]
mod fuzz;
mod health;
mod http;
mod layer;
mod mount;
#[doc(hidden)]
pub mod private;
mod random;
#[cfg(feature = "authorization-server")]
mod secret;
#[cfg(feature = "stdio")]
mod stdio;
#[doc = include_str!("../docs/operations.md")]
#[cfg(all(any(doc, doctest), feature = "authorization-server"))]
pub mod operations {}
#[cfg(feature = "authorization-server")]
pub mod store;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod tool;
mod transport;
#[cfg(feature = "authorization-server")]
mod upstream;

pub use auth::Auth;
#[cfg(feature = "stdio")]
pub use authenticate::LocalIdentity;
pub use authenticate::{
    AuthInfo, Claims, ClaimsMismatch, FromClaims, Introspection, Issuer, Principal, TokenVerifier,
    VerifyError,
};
#[cfg(feature = "authorization-server")]
pub use authorization_server::{
    AuthorizationServer, Branding, ClientDocuments, Entry, EntryDecision, EntryError, EntryPolicy, ErrorText,
    ErrorTexts, Lifetimes, PreregisteredClient, RegistrationLimits, Texts, WhoMayEnter,
};
pub use authorize::{Granted, Proves, Scope, ScopeInfo};
pub use builder::AuthBuilder;
pub use config::{ConfigError, Limits, Problem};
pub use development::{DevelopmentIssuer, DevelopmentToken, DevelopmentTokenBuilder};
pub use error::{Error, Result};
pub use extract::{Extractor, FromToolCall, Handles, OptionalFromToolCall, State, Tickets};
pub use health::{Health, NotReady};
pub use layer::{AuthLayer, AuthRejection, AuthService};
#[doc = include_str!("../docs/scopes.md")]
pub use mcp_auth_macros::Scope;
#[doc = include_str!("../docs/server.md")]
pub use mcp_auth_macros::server;
#[doc = include_str!("../docs/tools.md")]
pub use mcp_auth_macros::tool;
#[doc = include_str!("../docs/files.md")]
pub use mcp_auth_macros::tools;
pub use mount::{Endpoint, Mount, Parts};
pub use rmcp;
pub use rmcp::handler::server::wrapper::Json;
#[cfg(feature = "authorization-server")]
pub use secret::Secret;
#[cfg(feature = "stdio")]
pub use stdio::serve_stdio;
#[cfg(feature = "authorization-server")]
pub use store::SqliteStore;
pub use tool::{
    Access, AddToolError, Holds, IntoServer, IntoToolResult, ListPolicy, ListedTool, NoError, RuntimeTools,
    Server, TellClient, ToolCall, ToolError, ToolFailure, Visibility, WithTools,
};
pub use transport::Bound;
#[cfg(feature = "authorization-server")]
pub use upstream::{
    DevelopmentSignIn, GitHub, Google, HasUpstream, OAuthApp, Oidc, Provider, ProviderAccount, ProviderApi,
    ProviderError, ProviderTokens, SignIn, TokenGrant, TokenRequest, Upstream, UpstreamError, UpstreamProvider,
    UpstreamRequest, UpstreamResponse,
};

/// What a server needs, in one `use`.
pub mod prelude {
    /// For `with_tools`.
    pub use crate::Server as _;
    pub use crate::{
        Auth, AuthInfo, DevelopmentIssuer, Granted, Issuer, Json, Scope, ToolError, server, tool, tools,
    };
    #[cfg(feature = "authorization-server")]
    pub use crate::{AuthorizationServer, DevelopmentSignIn, GitHub, Upstream};

    /// A tool's result; `E` is [`ToolError`] unless said otherwise.
    pub type Result<T, E = ToolError> = std::result::Result<T, E>;
}
