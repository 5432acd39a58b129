//! Everything that can come from outside.

mod env;
mod error;
mod limits;
mod resource;

pub(crate) use env::from_vars;
pub(crate) use error::shown;
pub use error::{ConfigError, Problem};
pub use limits::Limits;
pub(crate) use resource::{METADATA, ResourceUrl};
