//! How axum, tower and rmcp meet us.

mod rmcp;

pub use self::rmcp::{Handler, NoHandler, OwnHandler};
