//! `/authorize` (RFC 6749 section 3.1): the table of checks, then the consent page. Nothing is stored.

mod checks;
mod client;
mod refused;
mod request;
mod resource;
mod scope;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get},
};
use http::{HeaderMap, Request, Response, Uri};

pub(crate) use self::{
    refused::Refused,
    request::{MOST_BYTES, Parameters},
    resource::the_resource,
};
use super::{
    Client, Core, Endpoints, OAuthError, ProtectedServer,
    client::Snapshot,
    metadata,
    response::{WayBack, see_other},
    sign_in::{self, Form},
};
use crate::ScopeInfo;

/// A request that has passed all checks.
#[derive(Debug)]
pub(crate) struct Checked<'a> {
    /// The request as it was sent: whoever has it checks it again.
    pub(crate) asked: Parameters,
    pub(crate) client: Client,
    pub(crate) back: WayBack,
    pub(crate) code_challenge: String,
    pub(crate) server: &'a ProtectedServer,
    /// What the person is offered to agree to.
    pub(crate) scopes: Vec<ScopeInfo>,
    pub(crate) prompt: Prompt,
}

/// How the person is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Not at all, which cannot be: consent is never skipped (OAuth 2.1 section 7.3.1).
    None,
    /// They sign in, also if they are signed in.
    Login,
    /// As always.
    Consent,
}

/// The policy. The order counts: the first line that refuses decides who is told.
pub(crate) async fn check<'a>(endpoints: &'a Endpoints, text: &str) -> Result<Checked<'a>, Refused> {
    check_as_shown(endpoints, text, None).await
}

/// The same for a request that a person has seen before: with the client as they were shown it, whatever its document says by
/// now (C43).
pub(super) async fn check_as_shown<'a>(
    endpoints: &'a Endpoints,
    text: &str,
    shown: Option<Snapshot>,
) -> Result<Checked<'a>, Refused> {
    let core = &*endpoints.core;
    // Told to the person, because it is not known whose the redirect URI is.
    let asked = client::readable(text)?;
    client::addressed_once(&asked)?;
    let client = client::known_client(core, &asked, shown).await?;
    let back = client::registered_redirect_uri(core, &client, &asked)?;
    // Told to the client.
    let told = |error| Refused::client(&back, error);
    checks::nothing_repeated(&asked).map_err(told)?;
    checks::no_request_object(&asked).map_err(told)?;
    checks::response_type_is_code(&asked).map_err(told)?;
    checks::client_may_ask_for_codes(&client).map_err(told)?;
    checks::response_mode_is_query(&asked).map_err(told)?;
    let code_challenge = checks::s256_challenge(&asked).map_err(told)?;
    let server = resource::resource(&asked, &endpoints.servers).map_err(told)?;
    let scopes = scope::scopes(&asked, server, &client).map_err(told)?;
    let prompt = checks::prompt(&asked).map_err(told)?;
    Ok(Checked { asked, client, back, code_challenge, server, scopes, prompt })
}

pub(super) fn route(endpoints: &Arc<Endpoints>) -> (String, MethodRouter) {
    (
        endpoints.core.issuer.path_of(metadata::AUTHORIZE),
        get(show).post(post).with_state(Arc::clone(endpoints)),
    )
}

/// The consent page, or a refusal.
async fn show(State(endpoints): State<Arc<Endpoints>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let text = uri.query().unwrap_or_default();
    let answer = async {
        let checked = check(&endpoints, text).await?;
        sign_in::ask(&endpoints, &checked, &headers).await
    };
    answer.await.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
}

/// A request may be posted (RFC 6749 section 3.1). Posted by another site it comes without our cookies, and a new one
/// would cost the person's other tabs theirs: the browser is sent to ask once more, by GET.
async fn post(State(endpoints): State<Arc<Endpoints>>, request: Request<Body>) -> Response<Body> {
    match Form::read(request, MOST_BYTES).await {
        Ok(form) => {
            see_other(&format!("{}?{}", endpoints.core.issuer.url_of(metadata::AUTHORIZE), form.to_query()))
        }
        Err(refused) => refused.into_response(&endpoints.core),
    }
}
