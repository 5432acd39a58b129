//! `/<provider>/callback`: the person is back from the provider (RFC 6749 section 4.1.2, as a client).

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get},
};
use http::{HeaderMap, Method, Request, Response};

use super::{
    super::{
        Core, Endpoints, OAuthError,
        authorization_endpoint::{self, Checked, MOST_BYTES, Parameters, Refused},
        browser::Browser,
        entry::Asking,
        page::Fault,
    },
    Form, code,
    departure::Agreed,
    guard, not_entered, own_page, pick_name, session,
};
use crate::{
    AuditEvent, AuditKind, Secret,
    crash::crash_point,
    random,
    store::{Digest, SignInRecord},
    upstream::{self, Answer, AnyProvider, Callback, Leg, SignInError, SignedIn},
};

pub(super) fn path(provider: &str) -> String {
    format!("/{provider}/callback")
}

pub(super) fn route(endpoints: &Arc<Endpoints>, provider: &str) -> (String, MethodRouter) {
    let id: Arc<str> = provider.into();
    let arrive = move |State(endpoints): State<Arc<Endpoints>>, request: Request<Body>| async move {
        let answer = arrived(&endpoints, &id, request).await;
        answer.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
    };
    let route = get(arrive.clone()).post(arrive).with_state(Arc::clone(endpoints));
    (endpoints.core.issuer.path_of(&path(provider)), route)
}

/// A sign-in that is on its way, in the browser that began it.
pub(super) struct Found {
    pub(super) state: Secret,
    browser: Browser,
    record: SignInRecord,
}

/// Looks for it. Whatever does not fit changes nothing: the record waits for its own browser at its own path.
pub(super) async fn find(
    core: &Core,
    provider: &str,
    state: Option<Secret>,
    headers: &HeaderMap,
) -> Result<Found, Refused> {
    let state = state.ok_or_else(|| over("there is no state"))?;
    let browser =
        Browser::known(core, headers).ok_or_else(|| elsewhere("the browser has no cookie of ours"))?;
    let record = core.store.sign_in(&Digest::of(state.expose()), core.now()).await?;
    let record = record.ok_or_else(|| over("no sign-in of this state is on its way"))?;
    if record.browser != browser.digest() {
        return Err(elsewhere("another browser began this sign-in"));
    }
    // Another provider's callback: a mix-up (RFC 9700 section 4.4).
    if record.provider != provider {
        return Err(over("the sign-in is another provider's"));
    }
    Ok(Found { state, browser, record })
}

async fn arrived(
    endpoints: &Endpoints,
    provider: &str,
    request: Request<Body>,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    let provider = core.provider(provider).ok_or_else(|| over("the provider is none of ours"))?;
    let headers = request.headers().clone();
    let given = given(core, request).await?;
    let found = find(core, provider.id(), given.state(), &headers).await?;
    let (agreed, leg) = Agreed::open(core, &found.record, found.state.clone())
        .ok_or_else(|| over("the sign-in was sealed under a key that is not there any more"))?;
    let checked = if agreed.is_own_page() {
        None
    } else {
        let client = agreed.client.clone();
        Some(authorization_endpoint::check_as_shown(endpoints, &agreed.request, client).await?)
    };
    let signed_in = match (given, provider.picks_name()) {
        (Given::Provider(query), false) => {
            let callback = of_provider(&query)?;
            found.take(core).await?;
            provider.arrive(&callback, &leg, core.now()).await
        }
        (Given::Page(form), true) => {
            guard::own_machine(&headers)?;
            // A name that is none is asked for again; there is no code that is used up by it.
            let name = Answer::Code(Secret::new(form.get("name").unwrap_or_default()));
            let name = Callback { answer: name, issuer: None };
            let signed_in = provider.arrive(&name, &leg, core.now()).await;
            if let Err(SignInError::Refused(_)) = signed_in {
                let problem = pick_name::problem(form.get("name"));
                return Ok(pick_name::ask(core, provider.id(), &found.state, Some(problem)));
            }
            found.take(core).await?;
            signed_in
        }
        _ => return Err(over("the provider does not answer like this")),
    };
    let Some(checked) = checked else {
        return own_page::arrived(&endpoints.core, provider, &leg, signed_in, &headers).await;
    };
    let signed_in = signed_in.map_err(|error| Refused::client(&checked.back, told(&**provider, error)))?;
    finish(endpoints, &checked, agreed.scopes, &**provider, &leg, signed_in, &headers).await
}

impl Found {
    /// Of many requests one goes on from here, once.
    pub(super) async fn take(&self, core: &Core) -> Result<(), Refused> {
        let taken = core.store.take_sign_in(&self.record.state, &self.browser.digest(), core.now()).await?;
        taken.map(|_| ()).ok_or_else(|| over("the sign-in was finished by another request"))
    }
}

/// What the request brings.
enum Given {
    /// A query that the provider made.
    Provider(Parameters),
    /// A form of our own page.
    Page(Parameters),
}

impl Given {
    fn state(&self) -> Option<Secret> {
        let (Self::Provider(given) | Self::Page(given)) = self;
        (!given.is_repeated("state")).then(|| given.get("state").map(Secret::new))?
    }
}

async fn given(core: &Core, request: Request<Body>) -> Result<Given, Refused> {
    if request.method() == Method::POST {
        guard::own_page(core, request.headers())?;
        guard::not_too_often(core, &request)?;
        return Ok(Given::Page(Form::of_page(request).await?));
    }
    let query = Parameters::parse(request.uri().query().unwrap_or_default(), MOST_BYTES);
    query.map(Given::Provider).map_err(|unreadable| over(&unreadable.to_string()))
}

/// A code or an error, and not both; and who says to answer (RFC 9207).
fn of_provider(query: &Parameters) -> Result<Callback, Refused> {
    if ["code", "error", "iss"].into_iter().any(|name| query.is_repeated(name)) {
        return Err(over("the provider repeats itself"));
    }
    let answer = match (query.get("code"), query.get("error")) {
        (Some(code), None) => Answer::Code(Secret::new(code)),
        (None, Some(error)) => Answer::Error(error.to_owned()),
        _ => return Err(over("there is neither a code nor an error, or both")),
    };
    Ok(Callback { answer, issuer: query.get("iss").map(str::to_owned) })
}

/// What a query says, for the fuzzer.
#[cfg(test)]
pub(crate) fn read_callback(query: &str) -> Option<Callback> {
    of_provider(&Parameters::parse(query, MOST_BYTES).ok()?).ok()
}

/// Somebody is signed in. Unless they may not enter, their token is kept, this browser has a session, and the client gets its
/// code.
async fn finish(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    scopes: Vec<String>,
    provider: &dyn AnyProvider,
    leg: &Leg,
    signed_in: SignedIn,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    let SignedIn { person, tokens } = signed_in;
    crash_point!("callback.exchanged");
    let resource = checked.server.resource.as_str();
    let asking = Asking { person: &person, client: &checked.client, resource, scopes: &scopes };
    let (verdict, account) = core.door.enters(core, provider, tokens.as_ref(), asking).await;
    if let Some(answer) = not_entered::answer(core, checked, &person, &verdict) {
        return Ok(answer);
    }
    let unavailable = |error: crate::store::StoreError| Refused::client(&checked.back, error.into());
    let token = match tokens {
        Some(tokens) => {
            let kept = upstream::keep(core, &person, &leg.scopes, tokens).await;
            let kept = kept.map_err(unavailable)?;
            core.door.remember(core, &kept, &account).await;
            Some(kept)
        }
        None => None,
    };
    crash_point!("callback.token_kept");
    let session = session::begin(core, &person, token.clone()).await;
    let session = session.map_err(|_| Refused::client(&checked.back, OAuthError::unavailable()))?;
    core.audit(AuditEvent::new(AuditKind::SignedIn).subject(person.subject()).client_id(&checked.client.id));
    let mut response = code::give(endpoints, checked, scopes, person, token).await?;
    session::hand_over(core, headers, &session, &mut response).await;
    Ok(response)
}

/// One mapping of what happens at providers to what clients are told. Who must act: the person, nobody but time, or us.
pub(super) fn told(provider: &dyn AnyProvider, error: SignInError) -> OAuthError {
    let provider = provider.id();
    let event = AuditEvent::new(AuditKind::SignInRefused).reason(format!("{provider}: {error}"));
    let told = match error {
        SignInError::Denied => OAuthError::new("access_denied", format!("the person said no at {provider}")),
        SignInError::Refused(why) => {
            tracing::warn!(provider, %why, "the provider did not confirm a sign-in");
            OAuthError::new("access_denied", format!("{provider} did not confirm the sign-in"))
        }
        SignInError::Unavailable(why) => {
            tracing::error!(provider, %why, "the provider cannot answer");
            OAuthError { retry_after: None, ..OAuthError::unavailable() }
        }
        SignInError::Misconfigured(why) => {
            let reference = random::reference();
            tracing::error!(provider, %why, reference, "the provider refuses this server: check its settings");
            let description =
                format!("this server is not set up rightly for {provider}; reference {reference}");
            OAuthError::new("server_error", description)
        }
    };
    told.about(event)
}

fn over(why: &str) -> Refused {
    Refused::person(Fault::Expired, why)
}

fn elsewhere(why: &str) -> Refused {
    Refused::person(Fault::OtherBrowser, why)
}
