//! rmcp's handler and service; the only folder that names them.

mod bound;
mod custom;
mod guarded;
mod info;
mod own;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use guarded::Guarded;
pub use own::{FindHandler, Handler, NoHandler, OwnHandler};
pub(crate) use service::McpService;
