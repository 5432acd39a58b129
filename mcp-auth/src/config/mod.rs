//! Everything that can come from outside.

mod env;
mod error;
mod limits;
mod resource;

pub(crate) use env::from_process;
#[cfg(any(feature = "testing", test))]
pub(crate) use env::from_vars;
#[cfg(any(feature = "stdio", feature = "authorization-server"))]
pub(crate) use env::process;
#[cfg(feature = "authorization-server")]
pub(crate) use env::variable;
#[cfg(feature = "stdio")]
pub(crate) use env::{LOCAL_SCOPES, LOCAL_SUBJECT, local_identity};
pub(crate) use error::shown;
pub use error::{ConfigError, Problem};
pub use limits::Limits;
pub(crate) use resource::{METADATA, ResourceUrl};
