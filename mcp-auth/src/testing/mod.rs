//! For tests of your own server: an issuer, a clock, and the server in memory.
//!
//! ```
//! # use mcp_auth::prelude::*;
//! # struct Notes;
//! # #[server(resource = "http://127.0.0.1:3000/mcp", scopes("notes:read", "notes:write"))]
//! # impl Notes {
//! #     /// Counts your notes.
//! #     #[tool(scopes = "notes:read")]
//! #     async fn count_notes(&self, user: AuthInfo) -> String { format!("{} has 3 notes", user.subject()) }
//! #     /// Deletes a note for good.
//! #     #[tool(scopes("notes:read", "notes:write"), annotations(destructive))]
//! #     async fn delete_note(&self, id: u32) -> String { format!("note {id} is gone") }
//! # }
//! # mod tokio { pub use ::tokio::*; pub use ::tokio::main as test; }
#![doc = include_str!("../../docs/test-it.rs")]
//! # fn main() { the_scopes_hold(); }
//! ```
//!
//! # Feature `testing`
//!
//! This module is there with the feature `testing`. Switch it on for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! mcp-auth = { version = "0.1", features = ["testing"] }
//! ```
//!
//! Cargo leaves the features of `[dev-dependencies]` out of every build that is not for tests, so that nothing of this can
//! be in a program that runs. It opens nothing by itself either: an issuer here lives in this process or on loopback,
//! its key is made anew in memory, and its URL is one of this machine.

#![expect(clippy::panic, reason = "a test fails by panicking, its kit too")]

mod answer;
#[doc(hidden)]
pub mod assert;
#[cfg(feature = "authorization-server")]
mod browser;
mod builder;
mod challenge;
#[cfg(feature = "authorization-server")]
mod client;
mod clock;
#[cfg(feature = "authorization-server")]
mod fake_github;
#[cfg(feature = "authorization-server")]
mod fake_oidc;
#[cfg(feature = "authorization-server")]
mod grant;
#[cfg(feature = "authorization-server")]
mod html;
mod issuer;
#[cfg(feature = "authorization-server")]
mod person;
mod request;
mod served;
mod server;
mod token;
mod wire;

#[cfg(feature = "authorization-server")]
#[doc(inline)]
pub use crate::__store_contract as store_contract;
#[doc(inline)]
pub use crate::{
    __assert_ok as assert_ok, __assert_refused as assert_refused, __assert_step_up as assert_step_up,
};
pub use answer::Answer;
pub use builder::TestServerBuilder;
pub use challenge::Challenge;
#[cfg(feature = "authorization-server")]
pub use client::{Refused, TestClient, TestTokens};
pub use clock::TestClock;
#[cfg(feature = "authorization-server")]
pub use fake_github::{FakeGitHub, GitHubPart};
#[cfg(feature = "authorization-server")]
pub use fake_oidc::{FakeOidc, OidcLie, OidcPart};
#[cfg(feature = "authorization-server")]
pub use grant::Grant;
pub use issuer::{TestIssuer, TestIssuerBuilder};
#[cfg(feature = "authorization-server")]
pub use person::Person;
pub use request::TestRequest;
pub use server::TestServer;
pub use token::TestTokenBuilder;
