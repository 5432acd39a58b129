//! `/grants`: a person sees what they allowed, and ends it.
//!
//! The same locks as for consent: a form counts in the browser that was shown it, for the person whom the page named, for a
//! while, and when it comes from a page of ours.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get},
};
use http::{HeaderMap, Request, Response};
use url::Url;

use super::{
    super::{
        Client, Core, Endpoints, OAuthError,
        authorization_endpoint::{Parameters, Refused},
        browser::{Browser, Cookie},
        page::{self, Fault, GrantShown, GrantsNotice, GrantsSignInView, GrantsView, Hidden, SignInChoice},
        response::see_other,
    },
    Form, callback, departure, guard, session,
    ticket::OwnPage,
};
use crate::{
    AuditEvent, AuditKind,
    store::{GrantFilter, GrantRecord, Person},
    upstream::{self, AnyProvider, Leg, SignInError, SignedIn, Tokens},
};

pub(crate) const PATH: &str = "/grants";

/// More than anybody reads; "end all" ends also what is not shown.
const MOST: usize = 200;

const BY_PERSON: &str = "ended by the person";

pub(super) fn route(endpoints: &Arc<Endpoints>) -> (String, MethodRouter) {
    let route = get(show).post(act).with_state(Arc::clone(endpoints));
    (endpoints.core.issuer.path_of(PATH), route)
}

async fn show(State(endpoints): State<Arc<Endpoints>>, headers: HeaderMap) -> Response<Body> {
    let answer = now(&endpoints, &headers, None).await;
    answer.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
}

async fn act(State(endpoints): State<Arc<Endpoints>>, request: Request<Body>) -> Response<Body> {
    let answer = acted(&endpoints, request).await;
    answer.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
}

/// The page as it is now, for whoever is signed in.
async fn now(
    endpoints: &Endpoints,
    headers: &HeaderMap,
    notice: Option<GrantsNotice>,
) -> Result<Response<Body>, Refused> {
    let core = &endpoints.core;
    let browser = Browser::of(core, headers)?;
    let mut response = match session::current(core, headers).await? {
        Some(session) => list(endpoints, &browser, &session.person, notice).await?,
        None => ask(core, &browser, notice)?,
    };
    browser.remember(core, &mut response);
    Ok(response)
}

async fn acted(endpoints: &Endpoints, request: Request<Body>) -> Result<Response<Body>, Refused> {
    let core = &endpoints.core;
    guard::own_page(core, request.headers())?;
    guard::not_too_often(core, &request)?;
    let headers = request.headers().clone();
    let form = Form::of_page(request).await?;
    let session = session::current(core, &headers).await?;
    let person = session.map(|session| session.person);
    let shown = |browser: &Browser| OwnPage::of(browser, person.as_ref()).admits(core, form.get("ticket"));
    let Some(browser) = Browser::known(core, &headers).filter(shown) else {
        return now(endpoints, &headers, Some(GrantsNotice::Renewed)).await;
    };
    match person {
        Some(person) => end(endpoints, &headers, &person, &form).await,
        None => match form.get("provider").and_then(|id| core.provider(id)) {
            Some(provider) => {
                let wanted = departure::Wanted::own_page(&**provider);
                let begun = departure::begin(core, &browser, wanted, provider).await;
                begun.map_err(|error| not_signed_in(core, &error.told(&**provider)))
            }
            None => now(endpoints, &headers, None).await,
        },
    }
}

/// What the person wants to end. Somebody else's grant is none.
async fn end(
    endpoints: &Endpoints,
    headers: &HeaderMap,
    person: &Person,
    form: &Parameters,
) -> Result<Response<Body>, Refused> {
    let core = &endpoints.core;
    match (form.get("end"), form.get("decision")) {
        (Some(id), None) => {
            let grant = core.store.grant(id).await?;
            let Some(grant) = grant.filter(|grant| grant.person == *person) else {
                return now(endpoints, headers, Some(GrantsNotice::Renewed)).await;
            };
            core.end_one(&grant.id, BY_PERSON).await?;
            core.store.forget_consent(person, &grant.client_id, &grant.resource).await?;
            ended(endpoints, headers, GrantsNotice::Ended).await
        }
        (None, Some("end-all")) => {
            let all = GrantFilter { person: Some(person.clone()), client_id: None };
            core.end_grants(all, BY_PERSON).await?;
            core.store.forget_consents(person).await?;
            ended(endpoints, headers, GrantsNotice::AllEnded).await
        }
        (None, Some("sign-out")) => {
            session::end(core, headers).await?;
            core.audit(AuditEvent::new(AuditKind::SignedOut).subject(person.subject()));
            ended(endpoints, headers, GrantsNotice::SignedOut).await
        }
        _ => now(endpoints, headers, None).await,
    }
}

/// The page afterwards. With the last grant the sign-in at the provider has ended, and so has the session: then there is
/// nothing left to see.
async fn ended(
    endpoints: &Endpoints,
    headers: &HeaderMap,
    notice: GrantsNotice,
) -> Result<Response<Body>, Refused> {
    let core = &endpoints.core;
    let mut response = now(endpoints, headers, Some(notice)).await?;
    if session::current(core, headers).await?.is_none() {
        Cookie::Session.remove(core, &mut response);
    }
    Ok(response)
}

async fn list(
    endpoints: &Endpoints,
    browser: &Browser,
    person: &Person,
    notice: Option<GrantsNotice>,
) -> Result<Response<Body>, Refused> {
    let core = &endpoints.core;
    let filter = GrantFilter { person: Some(person.clone()), client_id: None };
    let mut grants = core.store.grants(&filter, None, MOST, core.now()).await?;
    grants.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
    let mut shown = Vec::new();
    for grant in grants {
        shown.push(of(endpoints, grant).await?);
    }
    let view = GrantsView {
        action: core.issuer.path_of(PATH),
        hidden: hidden(core, browser, Some(person))?,
        person: person.name.clone(),
        grants: shown,
        notice,
    };
    Ok(page::grants(&core.branding, &view))
}

/// A grant in the words of its server.
async fn of(endpoints: &Endpoints, grant: GrantRecord) -> Result<GrantShown, Refused> {
    let server = endpoints.servers.iter().find(|server| server.resource.as_str() == grant.resource);
    let described = |name: &String| {
        let known = server.and_then(|server| server.scopes.iter().find(|scope| scope.name() == name));
        (name.clone(), known.and_then(crate::ScopeInfo::description).map(str::to_owned))
    };
    let (client_name, verified_domain) = named(&endpoints.core, &grant.client_id).await?;
    Ok(GrantShown {
        client_name,
        verified_domain,
        known: endpoints.core.clients.find(&grant.client_id).is_some(),
        server: server.map_or_else(|| grant.resource.clone(), |server| server.title.clone()),
        scopes: grant.scopes.iter().map(described).collect(),
        since: grant.created_at,
        until: grant.expires_at,
        resource: grant.resource,
        client_id: grant.client_id,
        id: grant.id,
    })
}

/// What the client is called. One that describes itself by a document is called by its address: nothing is fetched for a
/// list. One that is forgotten here has its id left.
async fn named(core: &Core, id: &str) -> Result<(String, Option<String>), Refused> {
    if id.contains("://") && core.clients.find(id).is_none() {
        let host = Url::parse(id).ok().and_then(|url| url.host_str().map(str::to_owned));
        return Ok((id.to_owned(), host));
    }
    let client = Client::find(core, id).await?;
    Ok((client.map_or_else(|| id.to_owned(), |client| client.name().to_owned()), None))
}

/// Nobody is signed in.
fn ask(core: &Core, browser: &Browser, notice: Option<GrantsNotice>) -> Result<Response<Body>, Refused> {
    let choice = |provider: &Arc<dyn AnyProvider>| SignInChoice {
        id: provider.id().to_owned(),
        name: provider.name().to_owned(),
    };
    let view = GrantsSignInView {
        action: core.issuer.path_of(PATH),
        hidden: hidden(core, browser, None)?,
        choices: core.providers.iter().map(choice).collect(),
        notice,
    };
    Ok(page::grants_sign_in(&core.branding, &view))
}

fn hidden(core: &Core, browser: &Browser, person: Option<&Person>) -> Result<Vec<Hidden>, Refused> {
    let ticket = OwnPage::of(browser, person).ticket(core);
    let value = ticket.map_err(|error| Refused::unavailable(&error))?;
    Ok(vec![Hidden { name: "ticket", value }])
}

/// Somebody is back from the provider, for this page.
pub(super) async fn arrived(
    core: &Arc<Core>,
    provider: &Arc<dyn AnyProvider>,
    leg: &Leg,
    signed_in: Result<SignedIn, SignInError>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    let SignedIn { person, tokens } = match signed_in {
        Ok(signed_in) => signed_in,
        Err(error) => {
            let error = callback::told(&**provider, error);
            return Err(not_signed_in(core, &error));
        }
    };
    let filter = GrantFilter { person: Some(person.clone()), client_id: None };
    if core.store.grants(&filter, None, 1, core.now()).await?.is_empty() {
        // Nothing is kept of somebody who has allowed nothing: anybody can come here.
        return nothing(core, provider, tokens, headers);
    }
    let token = match tokens {
        Some(tokens) => Some(upstream::keep(core, &person, &leg.scopes, tokens).await?),
        None => None,
    };
    let session = session::begin(core, &person, token).await?;
    core.audit(AuditEvent::new(AuditKind::SignedIn).subject(person.subject()));
    let mut response = see_other(&core.issuer.url_of(PATH));
    session::hand_over(core, headers, &session, &mut response).await;
    Ok(response)
}

/// Somebody has allowed nothing. The provider's token has done its work.
fn nothing(
    core: &Arc<Core>,
    provider: &Arc<dyn AnyProvider>,
    tokens: Option<Tokens>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    if let Some(tokens) = tokens {
        let (core, provider) = (Arc::clone(core), Arc::clone(provider));
        tokio::spawn(async move {
            if let Err(error) = provider.revoke(&tokens, core.now()).await {
                tracing::debug!(%error, "the provider was not told that a token is not needed");
            }
        });
    }
    let browser = Browser::of(core, headers)?;
    let mut response = ask(core, &browser, Some(GrantsNotice::Nothing))?;
    browser.remember(core, &mut response);
    Ok(response)
}

/// Nobody waits for an answer but the person.
fn not_signed_in(core: &Core, error: &OAuthError) -> Refused {
    error.event("grants").into_iter().for_each(|event| core.audit(event));
    let ours = error.status.is_server_error() || error.code == "server_error";
    let fault = if ours { Fault::Unavailable } else { Fault::Expired };
    Refused::person(fault, &error.description)
}
