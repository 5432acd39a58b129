//! Notes with two doors: tools for MCP clients, routes for a browser or a script. Both ask for the same tokens, and for
//! the same scopes. See README.md.

mod routes;
pub mod scopes;
mod server;
mod store;

use axum::Router;
use mcp_auth::{Auth, Bound, ConfigError, Error};

pub use server::Notes;

/// The whole application as a router, for an app of your own and for tests.
///
/// # Errors
///
/// [`ConfigError`] where the settings do not fit, such as without a resource.
pub fn router(auth: &Auth) -> Result<Router, ConfigError> {
    let notes = Notes::default();
    Ok(routes::routes(auth, &notes)?.merge(auth.router(notes)?))
}

/// The whole application on its address; `run` serves it.
///
/// # Errors
///
/// What [`router`] refuses, and an address that cannot be had.
pub async fn bind(auth: &Auth) -> Result<Bound, Error> {
    let notes = Notes::default();
    let routes = routes::routes(auth, &notes)?;
    Ok(auth.bind(notes).await?.merge(routes))
}
