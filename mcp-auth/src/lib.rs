//! OAuth-protected MCP servers.

#![expect(dead_code, reason = "skeleton")]

mod authenticate;
mod authorize;
mod clock;
mod config;
mod development;
mod http;
mod random;

pub use authenticate::{AuthInfo, Issuer, Principal};
pub use config::{ConfigError, Problem};
pub use development::{DevelopmentIssuer, DevelopmentToken, DevelopmentTokenBuilder};
