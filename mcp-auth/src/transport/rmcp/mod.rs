//! rmcp's handler and service; the only folder that names them.

mod announce;
mod asking;
mod bound;
mod custom;
mod guarded;
mod info;
mod own;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use announce::Changes;
pub(crate) use guarded::Guarded;
pub use own::{FindHandler, Handler, NoHandler, OwnHandler};
pub(crate) use service::McpService;
