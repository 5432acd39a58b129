//! May this caller do this? Scopes, then policy; no I/O.

mod access;
mod catalog;
pub mod checks;
mod scope_set;

pub use access::Access;
pub(crate) use catalog::Catalog;
pub use scope_set::{MAX_SCOPES, ScopeSet};
