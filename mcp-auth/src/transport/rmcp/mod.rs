//! rmcp's handler and service; the only folder that names them.

mod own;

pub use own::{Handler, NoHandler, OwnHandler};
