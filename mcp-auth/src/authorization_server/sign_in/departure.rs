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
    upstream::{AnyProvider, Leg, SignInError},
};

/// How many may be on their way at once. Each is there for ten minutes at most; of more, the first make room, so that a flood
/// keeps nobody from beginning.
const MOST: usize = 100_000;

/// What is to happen when the person comes back. In the store it is sealed under the provider's `state`, of which only the
/// digest is there: who reads the store learns nothing from it.
#[derive(Serialize, Deserialize)]
pub(super) struct Agreed {
    /// The request, to be checked again; empty: there is none, and the person wants to see their own page.
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
    let upstream = upstream_scopes::needed(checked, &scopes, &**provider);
    let client = Snapshot::of(&checked.client);
    let wanted = Wanted { request: checked.asked.text().to_owned(), scopes, client, upstream, another };
    begin(&endpoints.core, browser, wanted, provider)
        .await
        .map_err(|error| Refused::client(&checked.back, error.told(&**provider)))
}

/// Why nobody is sent to a provider.
pub(super) enum NotBegun {
    Provider(SignInError),
    Ours(Box<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for NotBegun {
    fn from(error: E) -> Self {
        Self::Ours(Box::new(error))
    }
}

impl NotBegun {
    pub(super) fn told(self, provider: &dyn AnyProvider) -> OAuthError {
        match self {
            Self::Provider(error) => callback::told(provider, error),
            Self::Ours(error) => {
                tracing::error!(%error, "a sign-in cannot begin");
                OAuthError::unavailable()
            }
        }
    }
}

/// What is to happen after the sign-in.
pub(super) struct Wanted {
    request: String,
    scopes: Vec<String>,
    client: Option<Snapshot>,
    /// What is asked for at the provider.
    upstream: Vec<String>,
    /// They want to be somebody else there than last time.
    another: bool,
}

impl Wanted {
    /// Nobody's request: the person wants to see their own page.
    pub(super) fn own_page(provider: &dyn AnyProvider) -> Self {
        let upstream = provider.scopes().to_vec();
        Self { request: String::new(), scopes: Vec::new(), client: None, upstream, another: false }
    }
}

/// Stores the sign-in, and sends the person away.
pub(super) async fn begin(
    core: &Core,
    browser: &Browser,
    wanted: Wanted,
    provider: &Arc<dyn AnyProvider>,
) -> Result<Response<Body>, NotBegun> {
    let leg = Leg {
        redirect_uri: redirect_uri(core, provider.id()),
        state: Secret::random()?,
        code_verifier: Secret::random()?,
        nonce: Secret::random()?,
        scopes: wanted.upstream,
    };
    // Before anything is stored: a provider may have to be asked where its page is, and may not answer.
    let url = if provider.picks_name() {
        pick_name::url(core, provider.id(), &leg.state)
    } else {
        let departure =
            if wanted.another { provider.departure_of_another(&leg) } else { provider.departure(&leg) };
        departure.await.map_err(NotBegun::Provider)?
    };
    let agreed = Agreed {
        request: wanted.request,
        scopes: wanted.scopes,
        client: wanted.client,
        code_verifier: leg.code_verifier.expose().to_owned(),
        nonce: leg.nonce.expose().to_owned(),
        upstream: leg.scopes.clone(),
    };
    let record = SignInRecord {
        state: Digest::of(leg.state.expose()),
        browser: browser.digest(),
        provider: provider.id().to_owned(),
        sealed: agreed.seal(core, &leg.state).map_err(NotBegun::Ours)?,
        expires_at: core.now().plus(core.lifetimes.sign_in),
    };
    core.store.begin_sign_in(record, MOST, core.now()).await?;
    crash_point!("sign_in.begun");
    Ok(see_other(&url))
}

/// Each provider has a callback of its own, so that the answer of one is never taken for that of another (RFC 9700
/// section 4.4.2.2).
fn redirect_uri(core: &Core, provider: &str) -> String {
    core.issuer.url_of(&callback::path(provider))
}

impl Agreed {
    /// Whether the person wants to see their own page, and no client waits.
    pub(super) fn is_own_page(&self) -> bool {
        self.request.is_empty()
    }

    fn seal(&self, core: &Core, state: &Secret) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
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
