//! The consent page.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, Response};
use url::Url;

use super::{
    super::{
        Core, Endpoints, OAuthError, Unsealed,
        authorization_endpoint::{self, Checked, Parameters, Prompt, Refused},
        browser::Browser,
        client::Snapshot,
        entry::Verdict,
        page::{self, AskedScope, ClientShown, ConsentView, Hidden, Notice, Permission},
    },
    not_entered, session,
    ticket::Page,
    upstream_scopes::{self, SignedInHere},
};
use crate::{
    store::{ConsentRecord, Person, SessionRecord},
    transport::is_loopback,
    upstream::AnyProvider,
};

/// The field of a form that leads to a sign-in as somebody else. It says nothing that has to be true.
pub(super) const ANOTHER: &str = "another";

/// Asks the person, whoever is signed in. It is never skipped: a client that anybody can register proves nothing by its
/// id, so what was agreed to before says nothing about who asks now (OAuth 2.1 section 7.3.1, GHSA-6x8h-498w-gv8c).
pub(crate) async fn ask(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    let browser = Browser::of(&endpoints.core, headers)?;
    let session = entering(endpoints, checked, headers).await?;
    if checked.prompt == Prompt::None {
        let (code, description) = match session {
            Some(_) => ("consent_required", "people are always asked here"),
            None => ("login_required", "nobody is signed in"),
        };
        return Err(Refused::client(&checked.back, OAuthError::new(code, description)));
    }
    show(endpoints, checked, &browser, session.as_ref(), None).await
}

/// Who is signed in, as far as it counts for this request.
pub(super) async fn session_for(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
) -> Result<Option<SessionRecord>, Refused> {
    if checked.prompt == Prompt::Login {
        return Ok(None);
    }
    Ok(session::current(&endpoints.core, headers).await?)
}

/// The same, if they may enter for what is asked. Whoever may not is asked to sign in, and is told at the end of that.
pub(super) async fn entering(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    headers: &HeaderMap,
) -> Result<Option<SessionRecord>, Refused> {
    let Some(session) = session_for(endpoints, checked, headers).await? else { return Ok(None) };
    let asked: Vec<_> = checked.scopes.iter().map(|scope| scope.name().to_owned()).collect();
    let verdict = not_entered::verdict(&endpoints.core, checked, &session, &asked).await;
    Ok((verdict == Verdict::Yes).then_some(session))
}

/// The page, with a ticket that makes its form count in this browser for a while. Nothing is stored: what was shown comes
/// back in the form, and is checked again.
pub(super) async fn show(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    browser: &Browser,
    session: Option<&SessionRecord>,
    notice: Option<Notice>,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    let here = match session {
        Some(session) => SignedInHere::of(core, session).await?,
        None => None,
    };
    let goes_on = here.as_ref().filter(|here| !here.suffices(checked, &upstream_scopes::all(checked)));
    let person = session.map(|session| &session.person);
    let ticket = Page::consent(browser, checked, person.map(Person::subject)).ticket(core);
    let ticket = ticket.map_err(|error| Refused::unavailable(&error))?;
    let before = before(endpoints, checked, person).await?;
    let changed = before.as_ref().is_some_and(|before| before.client != checked.client.proof());
    let view = ConsentView {
        action: core.issuer.path_of(super::consent::PATH),
        hidden: asked_form(core, browser, checked, ticket, notice)
            .map_err(|error| Refused::unavailable(&error))?,
        client: client(checked),
        client_changed: changed,
        server: checked.server.title.clone(),
        resource: checked.server.resource.as_str().to_owned(),
        scopes: scopes(checked, before.filter(|_| !changed).as_ref(), changed),
        upstream: upstream(endpoints, checked, here.as_ref()),
        person: person.map(|person| person.name.clone()),
        continues_with: match core.providers.as_slice() {
            [only] if person.is_none() => Some(only.name().to_owned()),
            _ => goes_on.map(|here| here.provider.name().to_owned()),
        },
        notice,
    };
    let mut response = page::consent(&core.branding, &view);
    browser.remember(core, &mut response);
    Ok(response)
}

/// The consent page's. Whoever wants to be somebody else is to be asked for the account at the provider.
fn asked_form(
    core: &Core,
    browser: &Browser,
    checked: &Checked<'_>,
    ticket: String,
    notice: Option<Notice>,
) -> Result<Vec<Hidden>, Unsealed> {
    let mut form = hidden(core, browser, checked, ticket)?;
    if notice == Some(Notice::SignedOut) {
        form.push(Hidden { name: ANOTHER, value: "1".to_owned() });
    }
    Ok(form)
}

/// What makes a form go on: the request, the ticket, and a client that is described by a document, as it is shown.
pub(super) fn hidden(
    core: &Core,
    browser: &Browser,
    checked: &Checked<'_>,
    ticket: String,
) -> Result<Vec<Hidden>, Unsealed> {
    let mut hidden = vec![
        Hidden { name: "request", value: checked.asked.text().to_owned() },
        Hidden { name: "ticket", value: ticket },
    ];
    if let Some(shown) = Snapshot::of(&checked.client) {
        hidden.push(Hidden { name: "client", value: shown.seal(core, browser)? });
    }
    Ok(hidden)
}

/// The request in a form of ours, with the client as this browser was shown it: what a form carries is checked again.
pub(super) async fn check<'a>(
    endpoints: &'a Endpoints,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<Checked<'a>, Refused> {
    let core = &*endpoints.core;
    let browser = Browser::known(core, headers);
    let shown = browser.and_then(|browser| Snapshot::open(core, &browser, form.get("client")?));
    authorization_endpoint::check_as_shown(endpoints, form.get("request").unwrap_or_default(), shown).await
}

/// What the person allowed this client before.
async fn before(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    person: Option<&Person>,
) -> Result<Option<ConsentRecord>, Refused> {
    let Some(person) = person else { return Ok(None) };
    let resource = checked.server.resource.as_str();
    Ok(endpoints.core.store.consent(person, &checked.client.id, resource).await?)
}

/// `all_new`: what was allowed before was allowed to a client that is another one now.
fn scopes(checked: &Checked<'_>, before: Option<&ConsentRecord>, all_new: bool) -> Vec<AskedScope> {
    let asked = |scope: &crate::ScopeInfo| AskedScope {
        name: scope.name().to_owned(),
        description: scope.description().map(str::to_owned),
        required: checked.server.requires.contains(scope),
        ticked: true,
        new: all_new || before.is_some_and(|before| !before.scopes.iter().any(|had| had == scope.name())),
    };
    checked.scopes.iter().map(asked).collect()
}

/// What is asked of the person's provider; while it is not known which one that is, of each. The development sign-in is
/// nobody who could be asked.
fn upstream(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    here: Option<&SignedInHere<'_>>,
) -> Vec<(String, Vec<Permission>)> {
    let agreed = upstream_scopes::all(checked);
    let providers = endpoints.core.providers.iter();
    let meant = providers.filter(|provider| here.is_none_or(|here| here.provider.id() == provider.id()));
    let outside = meant.filter(|provider| !provider.is_development());
    let asked = |provider: &Arc<dyn AnyProvider>| permissions(&**provider, checked, &agreed, here);
    outside.map(|provider| (provider.name().to_owned(), asked(provider))).collect()
}

/// What is needed, in words, with what is new to somebody who is signed in. A token that is there already may be for more:
/// then that is said too.
fn permissions(
    provider: &dyn AnyProvider,
    checked: &Checked<'_>,
    agreed: &[String],
    here: Option<&SignedInHere<'_>>,
) -> Vec<Permission> {
    let mut scopes = upstream_scopes::needed(checked, agreed, provider);
    let is_new = |scope: &String| here.is_some_and(|here| !here.has(scope));
    let new: Vec<String> = scopes.iter().filter(|scope| is_new(scope)).cloned().collect();
    if let Some(here) = here.filter(|_| new.is_empty()) {
        let more = here.scopes().iter().filter(|scope| !scopes.contains(scope)).cloned();
        scopes = more.chain(scopes.iter().cloned()).collect();
        scopes.sort();
    }
    let new = if new.is_empty() { Vec::new() } else { provider.asks(&new) };
    let asked = provider.asks(&scopes).into_iter();
    asked.map(|text| Permission { new: new.contains(&text), text }).collect()
}

fn client(checked: &Checked<'_>) -> ClientShown {
    let uri = checked.back.redirect_uri();
    let (redirect_host, loopback, private_scheme) = destination(uri);
    ClientShown {
        name: checked.client.name().to_owned(),
        known: checked.client.known.is_some(),
        // Nobody who registers here proves a domain.
        verified_domain: checked.client.verified_domain().map(str::to_owned),
        redirect_host,
        redirect_uri: uri.to_owned(),
        loopback,
        private_scheme,
    }
}

/// Where the answer goes, as a browser will understand it: a host and whether that is this machine, or an app's own
/// scheme.
fn destination(uri: &str) -> (String, bool, bool) {
    let Ok(url) = Url::parse(uri) else { return (uri.to_owned(), false, true) };
    match url.host_str() {
        Some(host) if matches!(url.scheme(), "http" | "https") => (host.to_owned(), is_loopback(host), false),
        _ => (format!("{}:", url.scheme()), false, true),
    }
}
