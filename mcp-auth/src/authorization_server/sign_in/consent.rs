//! `POST /consent`: the person decides.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, post},
};
use http::{HeaderMap, Request, Response};

use super::{
    super::{
        Endpoints, OAuthError,
        authorization_endpoint::{self, Checked, Parameters, Refused},
        browser::{Browser, Cookie},
        entry::{Reason, Verdict},
        page::Notice,
    },
    Form, ask, choice, code, departure, guard, not_entered, session,
    ticket::Page,
    upstream_scopes::SignedInHere,
};
use crate::{
    AuditEvent, AuditKind,
    store::{Person, SessionRecord},
};

pub(super) const PATH: &str = "/consent";

pub(super) fn route(endpoints: &Arc<Endpoints>) -> (String, MethodRouter) {
    (endpoints.core.issuer.path_of(PATH), post(decide).with_state(Arc::clone(endpoints)))
}

async fn decide(State(endpoints): State<Arc<Endpoints>>, request: Request<Body>) -> Response<Body> {
    let answer = decided(&endpoints, request).await;
    answer.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
}

async fn decided(endpoints: &Endpoints, request: Request<Body>) -> Result<Response<Body>, Refused> {
    guard::own_page(&endpoints.core, request.headers())?;
    guard::not_too_often(&endpoints.core, &request)?;
    let headers = request.headers().clone();
    let form = Form::of_page(request).await?;
    // As if it were asked now: what the form carries is a stranger's.
    let checked = ask::check(endpoints, &headers, &form).await?;
    match form.get("decision") {
        Some("allow") => allow(endpoints, &checked, &headers, &form).await,
        Some("switch") => switch(endpoints, &checked, &headers).await,
        Some("retry") => ask::ask(endpoints, &checked, &headers).await,
        Some("deny") => {
            // Who it was is for the audit: nobody is kept from saying no by a store that fails.
            let session = ask::session_for(endpoints, &checked, &headers).await.ok().flatten();
            Err(denied(&checked, session.as_ref()))
        }
        _ => again(endpoints, &checked, &headers).await,
    }
}

/// The person agrees; they have seen the page in this browser, a moment ago.
async fn allow(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<Response<Body>, Refused> {
    let session = ask::session_for(endpoints, checked, headers).await?;
    let Some((browser, person)) = seen(endpoints, checked, headers, form, session.as_ref()) else {
        return again(endpoints, checked, headers).await;
    };
    let agreed = agreed(checked, form);
    if agreed.is_empty() && !checked.scopes.is_empty() {
        return Err(denied(checked, session.as_ref()));
    }
    match person {
        Some(session) => {
            let core = &endpoints.core;
            let verdict = not_entered::verdict(core, checked, session, &agreed).await;
            // Their sign-in is over: they sign in again.
            if verdict == Verdict::No(Reason::Ended) {
                return again(endpoints, checked, headers).await;
            }
            if let Some(answer) = not_entered::answer(core, checked, &session.person, &verdict) {
                return Ok(answer);
            }
            if let Some(here) = SignedInHere::of(core, session).await?
                && !here.suffices(checked, &agreed)
            {
                // What they granted at the provider so far does not suffice.
                return departure::depart(endpoints, checked, &browser, agreed, here.provider, false).await;
            }
            code::give(endpoints, checked, agreed, session.person.clone(), session.upstream.clone()).await
        }
        None => choice::sign_in(endpoints, checked, &browser, agreed, form.get(ask::ANOTHER).is_some()).await,
    }
}

/// The browser that was shown the page, and the person whom the page named. A page that named nobody leads to a sign-in,
/// also when somebody has signed in in another tab since: it said so.
fn seen<'a>(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
    form: &Parameters,
    session: Option<&'a SessionRecord>,
) -> Option<(Browser, Option<&'a SessionRecord>)> {
    let core = &*endpoints.core;
    let browser = Browser::known(core, headers)?;
    let named = |person: Option<&Person>| {
        Page::consent(&browser, checked, person.map(Person::subject)).admits(core, form.get("ticket"))
    };
    if let Some(session) = session
        && named(Some(&session.person))
    {
        return Some((browser, Some(session)));
    }
    named(None).then_some((browser, None))
}

/// What the person left ticked of what they were asked, and what nothing works without.
fn agreed(checked: &Checked<'_>, form: &Parameters) -> Vec<String> {
    let ticked = |scope: &crate::ScopeInfo| form.all("scope").any(|name| name == scope.name());
    let required = |scope: &crate::ScopeInfo| checked.server.requires.contains(scope);
    let scopes = checked.scopes.iter().filter(|scope| ticked(scope) || required(scope));
    scopes.map(|scope| scope.name().to_owned()).collect()
}

/// The person wants to be somebody else: nobody is signed in any more, and the page is shown again.
async fn switch(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    session::end(core, headers).await?;
    let checked = &now(endpoints, checked).await?;
    let browser = Browser::of(core, headers)?;
    let mut response = ask::show(endpoints, checked, &browser, None, Some(Notice::SignedOut)).await?;
    Cookie::Session.remove(core, &mut response);
    Ok(response)
}

/// The page once more: what was posted does not count.
pub(super) async fn again(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    let checked = &now(endpoints, checked).await?;
    let browser = Browser::of(&endpoints.core, headers)?;
    let session = ask::entering(endpoints, checked, headers).await?;
    ask::show(endpoints, checked, &browser, session.as_ref(), Some(Notice::Renewed)).await
}

/// The request with the client as it is now: a page that is shown anew shows nothing old.
async fn now<'a>(endpoints: &'a Endpoints, checked: &Checked<'_>) -> Result<Checked<'a>, Refused> {
    authorization_endpoint::check(endpoints, checked.asked.text()).await
}

fn denied(checked: &Checked<'_>, session: Option<&SessionRecord>) -> Refused {
    let mut event = AuditEvent::new(AuditKind::ConsentDenied).resource(checked.server.resource.as_str());
    event.subject = session.map(|session| session.person.subject());
    let error = OAuthError::new("access_denied", "the person said no");
    Refused::client(&checked.back, error.about(event))
}
