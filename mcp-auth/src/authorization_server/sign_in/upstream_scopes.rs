//! What a sign-in asks for at the provider.

use super::super::authorization_endpoint::Checked;
use crate::upstream::AnyProvider;

/// What the scopes that were `agreed` to need at `provider`: sorted, each once.
pub(super) fn needed(_checked: &Checked<'_>, _agreed: &[String], provider: &dyn AnyProvider) -> Vec<String> {
    let mut scopes = provider.scopes().to_vec();
    scopes.sort();
    scopes.dedup();
    scopes
}
