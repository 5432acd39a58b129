//! To the provider: the one moment at which a sign-in is stored, after the person has agreed (S33, S34).

use std::sync::Arc;

use axum::body::Body;
use http::Response;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Core, Endpoints, OAuthError,
        authorization_endpoint::{Checked, Refused},
        browser::Browser,
        client::Snapshot,
        response::see_other,
    },
    callback, pick_name, upstream_scopes,
};
use crate::{
    Secret,
    crash::crash_point,
    store::{Digest, SignInRecord},
    upstream::{AnyProvider, Leg},
};

/// How many may be on their way at once. Each is there for ten minutes at most; of more, the first make room, so that a flood
/// keeps nobody from beginning.
const MOST: usize = 100_000;

/// What is to happen when the person comes back. In the store it is sealed under the provider's `state`, of which only the
/// digest is there: who reads the store learns nothing from it.
#[derive(Serialize, Deserialize)]
pub(super) struct Agreed {
    /// The request, to be checked again.
    pub(super) request: String,
    pub(super) scopes: Vec<String>,
    /// The client that the person agreed to, where that is described by a document.
    #[serde(default)]
    pub(super) client: Option<Snapshot>,
    code_verifier: String,
    nonce: String,
    /// What is asked for at the provider.
    upstream: Vec<String>,
}

/// Sends the person to `provider`; `another`: who wants to be somebody else there than last time. The state is new, for one
/// return only, and for this browser; the proof key is our own (RFC 9700 sections 2.1.1 and 4.7).
pub(super) async fn depart(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    browser: &Browser,
    scopes: Vec<String>,
    provider: &Arc<dyn AnyProvider>,
    another: bool,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    let unavailable = |error: &dyn std::error::Error| {
        tracing::error!(%error, "a sign-in cannot begin");
        Refused::client(&checked.back, OAuthError::unavailable())
    };
    let leg = Leg {
        redirect_uri: redirect_uri(core, provider.id()),
        state: Secret::random().map_err(|error| unavailable(&error))?,
        code_verifier: Secret::random().map_err(|error| unavailable(&error))?,
        nonce: Secret::random().map_err(|error| unavailable(&error))?,
        scopes: upstream_scopes::needed(checked, &scopes, &**provider),
    };
    // Before anything is stored: a provider may have to be asked where its page is, and may not answer.
    let url = if provider.picks_name() {
        pick_name::url(core, provider.id(), &leg.state)
    } else {
        let url = if another { provider.departure_of_another(&leg) } else { provider.departure(&leg) }.await;
        url.map_err(|error| Refused::client(&checked.back, callback::told(&**provider, error)))?
    };
    let agreed = Agreed {
        request: checked.asked.text().to_owned(),
        scopes,
        client: Snapshot::of(&checked.client),
        code_verifier: leg.code_verifier.expose().to_owned(),
        nonce: leg.nonce.expose().to_owned(),
        upstream: leg.scopes.clone(),
    };
    let record = SignInRecord {
        state: Digest::of(leg.state.expose()),
        browser: browser.digest(),
        provider: provider.id().to_owned(),
        sealed: agreed.seal(core, &leg.state).map_err(|error| unavailable(&*error))?,
        expires_at: core.now().plus(core.lifetimes.sign_in),
    };
    let begun = core.store.begin_sign_in(record, MOST, core.now()).await;
    begun.map_err(|error| unavailable(&error))?;
    crash_point!("sign_in.begun");
    Ok(see_other(&url))
}

/// Each provider has a callback of its own, so that the answer of one is never taken for that of another (RFC 9700
/// section 4.4.2.2).
fn redirect_uri(core: &Core, provider: &str) -> String {
    core.issuer.url_of(&callback::path(provider))
}

impl Agreed {
    fn seal(&self, core: &Core, state: &Secret) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(core.sealer.seal(&["sign-in", state.expose()], &serde_json::to_vec(self)?)?)
    }

    /// What was agreed to, and the way to the provider on which the person is; `None`: it was sealed under a key that is
    /// not there any more.
    pub(super) fn open(core: &Core, record: &SignInRecord, state: Secret) -> Option<(Self, Leg)> {
        let opened = core.sealer.open(&["sign-in", state.expose()], &record.sealed).ok()?;
        let agreed: Self = serde_json::from_slice(&opened).ok()?;
        let code_verifier = Secret::new(agreed.code_verifier.as_str());
        let nonce = Secret::new(agreed.nonce.as_str());
        let (redirect_uri, scopes) = (redirect_uri(core, &record.provider), agreed.upstream.clone());
        Some((agreed, Leg { redirect_uri, state, code_verifier, nonce, scopes }))
    }
}
