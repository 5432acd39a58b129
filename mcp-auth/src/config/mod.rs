//! Everything that can come from outside.

mod error;

pub use error::{ConfigError, Problem};
