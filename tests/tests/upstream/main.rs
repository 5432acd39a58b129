//! Tools that take the caller's GitHub token: whose it is, when it is renewed, and what the client reads when it ends.

#![expect(clippy::unwrap_used, reason = "a test")]

mod declared;
mod ending;
mod headers;
mod identity;
mod log;
mod renewal;
mod scopes;
mod several;
mod support;
mod trouble;
mod walk;
