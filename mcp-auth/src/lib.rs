//! OAuth-protected MCP servers.

#![expect(dead_code, reason = "skeleton")]

mod authorize;
mod config;

pub use config::{ConfigError, Problem};
