//! May this caller do this? Scopes, then policy; no I/O.

mod access;
mod caller;
mod catalog;
pub(crate) mod checks;
pub(crate) mod declaration;
mod granted;
pub(crate) mod hierarchy;
mod includes;
mod message;
mod nearest;
mod policy;
mod rule;
mod scope;
mod scope_set;
#[cfg(test)]
mod tests;

pub use access::Access;
pub(crate) use caller::Caller;
pub(crate) use catalog::Catalog;
pub use granted::{Granted, Proves};
pub(crate) use message::Message;
pub(crate) use policy::{Group, Operation, Policy};
pub(crate) use rule::{Decision, Rule};
pub use scope::{Scope, ScopeInfo};
pub(crate) use scope_set::{MAX_SCOPES, ScopeSet};
