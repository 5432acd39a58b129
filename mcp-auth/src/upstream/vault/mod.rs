//! The providers' tokens: sealed in the store, one for each person and set of scopes, whatever clients they use.
//!
//! One for all, because GitHub ends the oldest of more than ten: a token for each client would log people out.

mod end;
mod renew;
mod seal;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;

use std::sync::Arc;

use super::{Outage, Tokens};
use crate::{
    authorization_server::Core,
    random,
    store::{Person, StoreError, UpstreamTokenRecord},
};
pub(crate) use end::{opens, sealed_anew, tell_end};
pub(crate) use renew::Renewals;
pub(super) use renew::{Current, current, renew};
pub(super) use seal::{open, seal};

/// Why there is no token to use.
#[derive(Debug, thiserror::Error)]
pub(super) enum VaultError {
    /// The provider does not honour it any more: the grants that use it have ended, and the person has to sign in again.
    #[error("the sign-in has ended")]
    Ended,
    /// The provider does not answer.
    #[error("the provider cannot answer: {0}")]
    Unavailable(Outage),
    /// We do not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often somebody else may keep the first token of the same person at the same moment.
const TRIES: usize = 8;

/// Keeps the tokens of a new sign-in in place of those that are there for this person and these scopes; returns their id.
pub(crate) async fn keep(
    core: &Core,
    person: &Person,
    scopes: &str,
    tokens: Tokens,
) -> Result<String, StoreError> {
    for _ in 0..TRIES {
        let id = match core.store.upstream_token_id(person, scopes).await? {
            Some(id) => id,
            None => random::identifier().map_err(StoreError::new)?,
        };
        let record = UpstreamTokenRecord {
            sealed: seal(&core.sealer, &id, &tokens)?,
            id,
            person: person.clone(),
            scopes: scopes.to_owned(),
            version: 0,
            expires_at: tokens.expires_at,
        };
        let id = record.id.clone();
        if core.store.put_upstream_token(record).await? {
            return Ok(id);
        }
    }
    Err(StoreError::new("a provider's token is always kept by somebody else first"))
}

/// Whether a tool could use the token of this id: it is there, it is for the scopes that
/// the provider is asked for now, it opens, and it has not run out for good.
pub(crate) async fn is_live(core: &Core, id: &str) -> Result<bool, StoreError> {
    let Some(record) = core.store.upstream_token(id).await? else { return Ok(false) };
    let Some(provider) = core.provider(&record.person.provider) else { return Ok(false) };
    if provider.scopes().join(" ") != record.scopes {
        return Ok(false);
    }
    let Ok(tokens) = open(&core.sealer, &record) else { return Ok(false) };
    let runs = record.expires_at.is_none_or(|end| core.now() < end);
    Ok(runs || tokens.refresh_token.is_some())
}

/// The token of `record` is worth nothing, and whatever hangs on it ends. If it has been renewed or replaced by another
/// sign-in meanwhile, nothing ends and that is the token.
pub(super) async fn end(core: &Arc<Core>, record: &UpstreamTokenRecord) -> Result<Current, VaultError> {
    for grant in core.store.end_upstream_token(&record.id, record.version, core.now()).await? {
        tracing::info!(grant, person = ?record.person, "the grant has ended with the sign-in at the provider");
        core.grant_ended(&grant);
        core.has_ended(&grant, "the sign-in at the provider has ended").await;
    }
    let left = core.store.upstream_token(&record.id).await?;
    let Some(newer) = left.filter(|left| left.version != record.version) else {
        return Err(VaultError::Ended);
    };
    let tokens = open(&core.sealer, &newer).map_err(|_| VaultError::Ended)?;
    Ok(Current { tokens, version: newer.version })
}
