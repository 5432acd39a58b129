//! `POST /sign-in`: with which provider, where there are several.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, post},
};
use http::{Request, Response};

use super::{
    super::{
        Endpoints,
        authorization_endpoint::{Checked, Refused},
        browser::Browser,
        page::{self, Hidden, SignInChoice, SignInView},
    },
    Form, ask, consent, departure, guard,
    ticket::Page,
};

const PATH: &str = "/sign-in";

pub(super) fn route(endpoints: &Arc<Endpoints>) -> (String, MethodRouter) {
    (endpoints.core.issuer.path_of(PATH), post(choose).with_state(Arc::clone(endpoints)))
}

/// The person has agreed and nobody is signed in: straight to the provider, or to the choice of them.
pub(super) async fn sign_in(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    browser: &Browser,
    agreed: Vec<String>,
    another: bool,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    if let [only] = core.providers.as_slice() {
        return departure::depart(endpoints, checked, browser, agreed, only, another).await;
    }
    let ticket = Page::choice(browser, checked, &agreed).ticket(core);
    let hidden = ticket.and_then(|ticket| ask::hidden(core, browser, checked, ticket));
    let mut hidden = hidden.map_err(|error| Refused::unavailable(&error))?;
    hidden.extend(another.then(|| Hidden { name: ask::ANOTHER, value: "1".to_owned() }));
    hidden.extend(agreed.into_iter().map(|value| Hidden { name: "scope", value }));
    let choice = |id: &str, name: &str| SignInChoice { id: id.to_owned(), name: name.to_owned() };
    let view = SignInView {
        action: core.issuer.path_of(PATH),
        hidden,
        client_name: checked.client.name().to_owned(),
        choices: core.providers.iter().map(|provider| choice(provider.id(), provider.name())).collect(),
    };
    Ok(page::sign_in(&core.branding, &view))
}

async fn choose(State(endpoints): State<Arc<Endpoints>>, request: Request<Body>) -> Response<Body> {
    let answer = chosen(&endpoints, request).await;
    answer.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
}

async fn chosen(endpoints: &Endpoints, request: Request<Body>) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    guard::own_page(core, request.headers())?;
    guard::not_too_often(core, &request)?;
    let headers = request.headers().clone();
    let form = Form::of_page(request).await?;
    let checked = ask::check(endpoints, &headers, &form).await?;
    let another = form.get(ask::ANOTHER).is_some();
    let agreed: Vec<String> = form.all("scope").map(str::to_owned).collect();
    let admits = |browser: &Browser| {
        let page = Page::choice(browser, &checked, &agreed);
        page.admits(core, form.get("ticket"))
    };
    let Some(browser) = Browser::known(core, &headers).filter(admits) else {
        return consent::again(endpoints, &checked, &headers).await;
    };
    match form.get("provider").and_then(|id| core.provider(id)) {
        Some(provider) => departure::depart(endpoints, &checked, &browser, agreed, provider, another).await,
        None => sign_in(endpoints, &checked, &browser, agreed, another).await,
    }
}
