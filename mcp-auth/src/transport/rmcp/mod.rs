//! rmcp's handler and service; the only folder that names them.

mod allow;
mod announce;
mod asking;
mod bound;
mod custom;
mod direct;
mod guarded;
mod info;
#[cfg(feature = "stdio")]
mod local;
mod own;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use announce::Changes;
pub(crate) use guarded::Guarded;
#[cfg(feature = "stdio")]
pub(crate) use local::Local;
pub use own::{FindHandler, Handler, NoHandler, OwnHandler};
pub(crate) use service::McpService;
