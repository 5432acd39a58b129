//! Who is signed in in a browser.

use http::{HeaderMap, Response};

use super::super::{Core, authorization_endpoint::Refused, browser::Cookie};
use crate::{
    Secret,
    store::{Digest, Person, SessionRecord, StoreError},
    upstream,
};

/// The session of this browser: its provider is still one of ours, and the upstream token that came with it is still
/// good, because whoever lost their account there has lost it here.
pub(super) async fn current(core: &Core, headers: &HeaderMap) -> Result<Option<SessionRecord>, StoreError> {
    let Some(key) = Cookie::Session.read(core, headers) else { return Ok(None) };
    let Some(session) = core.store.session(&Digest::of(key.expose()), core.now()).await? else {
        return Ok(None);
    };
    if core.provider(&session.person.provider).is_none() {
        return Ok(None);
    }
    let live = match &session.upstream {
        Some(token) => upstream::held(core, token).await?.is_some(),
        None => true,
    };
    Ok(live.then_some(session))
}

/// A new session, under a new cookie.
pub(super) async fn begin(core: &Core, person: &Person, upstream: Option<String>) -> Result<Secret, Refused> {
    let key = Secret::random()?;
    let expires_at = core.now().plus(core.lifetimes.session);
    let session = Digest::of(key.expose());
    let record = SessionRecord { session, person: person.clone(), upstream, expires_at };
    core.store.insert_session(record).await?;
    Ok(key)
}

/// The browser gets the cookie of its new session; the one before is over.
pub(super) async fn hand_over<B>(core: &Core, headers: &HeaderMap, key: &Secret, response: &mut Response<B>) {
    // A session that cannot be ended now ends by itself, and its cookie is overwritten.
    if let Err(error) = end(core, headers).await {
        tracing::warn!(%error, "an old session could not be ended");
    }
    Cookie::Session.set(core, response, key, Some(core.lifetimes.session));
}

/// Nobody is signed in in this browser any more.
pub(super) async fn end(core: &Core, headers: &HeaderMap) -> Result<(), StoreError> {
    match Cookie::Session.read(core, headers) {
        Some(key) => core.store.end_session(&Digest::of(key.expose())).await,
        None => Ok(()),
    }
}
