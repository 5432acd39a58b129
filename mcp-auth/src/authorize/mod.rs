//! May this caller do this? Scopes, then policy; no I/O.

mod catalog;
mod scope_set;

pub(crate) use catalog::Catalog;
pub use scope_set::{MAX_SCOPES, ScopeSet};
