//! What a provider says about the account of a token that we keep.

use std::sync::Arc;

use super::{Current, VaultError, current, end, renew};
use crate::{
    authorization_server::Core,
    store::{Person, UpstreamTokenRecord},
    upstream::{Account, AnyProvider, SignInError, Wanted},
};

/// Asks with the token of this id, renewed if need be. One that the provider refuses ends, with every grant that hangs on
/// it (C32, C33).
pub(crate) async fn account(
    core: &Arc<Core>,
    provider: &Arc<dyn AnyProvider>,
    person: &Person,
    id: &str,
    wanted: &Wanted,
) -> Result<Account, VaultError> {
    let record = core.store.upstream_token(id).await?.filter(|record| record.person == *person);
    let mut used = current(core, provider, record.ok_or(VaultError::Ended)?).await?;
    for first in [true, false] {
        match provider.account(person, &used.tokens, wanted, core.now()).await {
            Ok(account) => return Ok(account),
            Err(SignInError::Refused(_) | SignInError::Denied) => {
                used = after_refusal(core, provider, id, &used, first).await?;
            }
            Err(SignInError::Unavailable(outage)) => return Err(VaultError::Unavailable(outage)),
            Err(SignInError::Misconfigured(why)) => {
                tracing::error!(provider = provider.id(), why, "the provider refuses this server");
                return Err(VaultError::Unavailable(why.into()));
            }
        }
    }
    // Other sign-ins took its place faster than it could be asked.
    Err(VaultError::Unavailable("its token changes all the time".into()))
}

/// The token after one that the provider refuses: the `first` time also one that is renewed for it. Otherwise it has ended,
/// and what hangs on it ends too.
pub(in crate::upstream) async fn after_refusal(
    core: &Arc<Core>,
    provider: &Arc<dyn AnyProvider>,
    id: &str,
    refused: &Current,
    first: bool,
) -> Result<Current, VaultError> {
    let Some(record) = core.store.upstream_token(id).await? else { return Err(VaultError::Ended) };
    if first && record.version != refused.version {
        return current(core, provider, record).await;
    }
    if first && refused.tokens.refresh_token.is_some() {
        return renew(core, provider, record).await;
    }
    tracing::info!(provider = provider.id(), "the provider refuses a token that it gave");
    end(core, &UpstreamTokenRecord { version: refused.version, ..record }).await
}
