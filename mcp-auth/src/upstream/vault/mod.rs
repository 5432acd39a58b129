//! The providers' tokens: sealed in the store, one for each person and set of scopes, whatever clients they use.
//!
//! One for all, because GitHub ends the oldest of more than ten: a token for each client would log people out.

mod seal;

use super::Tokens;
use crate::{
    authorization_server::Core,
    random,
    store::{Person, StoreError, UpstreamTokenRecord},
};
pub(super) use seal::{open, seal};

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

/// Whether a tool could use the token of this id: it is there, it opens, and it has not run out for good.
pub(crate) async fn is_live(core: &Core, id: &str) -> Result<bool, StoreError> {
    let Some(record) = core.store.upstream_token(id).await? else { return Ok(false) };
    let Ok(tokens) = open(&core.sealer, &record) else { return Ok(false) };
    let runs = record.expires_at.is_none_or(|end| core.now() < end);
    Ok(runs || tokens.refresh_token.is_some())
}
