//! The providers' tokens: sealed in the store, one for each person and set of scopes, whatever clients they use.
//!
//! One for all, because GitHub ends the oldest of more than ten: a token for each client would log people out.

mod account;
mod end;
mod lease;
mod renew;
mod seal;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;

use std::sync::Arc;

use super::{AnyProvider, Outage, Tokens};
use crate::{
    authorization_server::Core,
    random,
    store::{Person, StoreError, UpstreamTokenRecord},
};
pub(crate) use account::account;
pub(super) use account::after_refusal;
pub(crate) use end::{opens, sealed_anew, tell_end};
pub(crate) use renew::Renewals;
pub(super) use renew::{Current, current, renew};
pub(super) use seal::{open, seal, times_declined};

/// Why there is no token to use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
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
    scopes: &[String],
    tokens: Tokens,
) -> Result<String, StoreError> {
    let joined = scopes.join(" ");
    let all = granted_all(core, person, scopes, &tokens);
    for _ in 0..TRIES {
        let before = core.store.upstream_token_id(person, &joined).await?;
        let declined = match &before {
            _ if all => 0,
            Some(id) => before_this(core, id).await?.saturating_add(1),
            None => 1,
        };
        let id = match before {
            Some(id) => id,
            None => random::identifier().map_err(StoreError::new)?,
        };
        let record = UpstreamTokenRecord {
            sealed: seal(&core.sealer, &id, &tokens, declined)?,
            id,
            person: person.clone(),
            scopes: joined.clone(),
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

/// Whether the provider granted what it was asked for, as far as it says.
fn granted_all(core: &Core, person: &Person, scopes: &[String], tokens: &Tokens) -> bool {
    let (Some(granted), Some(provider)) = (&tokens.scopes, core.provider(&person.provider)) else {
        return true;
    };
    scopes.iter().all(|scope| granted.split(' ').any(|held| provider.includes(held, scope)))
}

async fn before_this(core: &Core, id: &str) -> Result<u32, StoreError> {
    let record = core.store.upstream_token(id).await?;
    Ok(record.and_then(|record| times_declined(&core.sealer, &record).ok()).unwrap_or(0))
}

/// At how many sign-ins in a row the person granted less than was asked.
pub(super) async fn declined(core: &Core, id: &str) -> Result<u32, VaultError> {
    Ok(before_this(core, id).await?)
}

/// What the token of a session is for.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    granted: Vec<String>,
}

impl Held {
    /// Whether it is for all of `scopes` at its provider.
    pub(crate) fn covers(&self, provider: &dyn AnyProvider, scopes: &[String]) -> bool {
        let granted = |scope: &String| self.granted.iter().any(|held| provider.includes(held, scope));
        scopes.iter().all(granted)
    }

    /// What whoever gets the token can do with it.
    pub(crate) fn scopes(&self) -> &[String] {
        &self.granted
    }
}

/// What the token of this id is for; `None` where no tool could use it: it is not there, it does not open, or it has run
/// out for good.
pub(crate) async fn held(core: &Core, id: &str) -> Result<Option<Held>, StoreError> {
    let Some(record) = core.store.upstream_token(id).await? else { return Ok(None) };
    let Ok(tokens) = open(&core.sealer, &record) else { return Ok(None) };
    let runs = record.expires_at.is_none_or(|end| core.now() < end);
    if !runs && tokens.refresh_token.is_none() {
        return Ok(None);
    }
    // What a provider does not say, it granted (RFC 6749 section 5.1).
    let granted = tokens.scopes.unwrap_or(record.scopes);
    let granted = granted.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    Ok(Some(Held { granted }))
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
