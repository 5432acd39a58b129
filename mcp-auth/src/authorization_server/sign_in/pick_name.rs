//! `/<provider>/pick-name`: where a provider would ask for a password, the development sign-in asks for a name.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    routing::{MethodRouter, get},
};
use http::{HeaderMap, Response, Uri};

use super::{
    super::{
        Core, Endpoints,
        authorization_endpoint::{MOST_BYTES, Parameters, Refused},
        page::{self, Hidden, NameProblem, PickNameView},
    },
    callback, guard,
};
use crate::Secret;

/// Names to pick from; any other can be written.
const SUGGESTIONS: [&str; 3] = ["alice", "bob", "carol"];

fn path(provider: &str) -> String {
    format!("/{provider}/pick-name")
}

pub(super) fn url(core: &Core, provider: &str, state: &Secret) -> String {
    format!("{}?state={}", core.issuer.url_of(&path(provider)), state.expose())
}

pub(super) fn route(endpoints: &Arc<Endpoints>, provider: &str) -> (String, MethodRouter) {
    let id: Arc<str> = provider.into();
    let show = move |State(endpoints): State<Arc<Endpoints>>, uri: Uri, headers: HeaderMap| async move {
        let answer = show(&endpoints, &id, &uri, &headers).await;
        answer.unwrap_or_else(|refused| refused.into_response(&endpoints.core))
    };
    (endpoints.core.issuer.path_of(&path(provider)), get(show).with_state(Arc::clone(endpoints)))
}

/// The page, for the browser whose sign-in is on its way. It can be reloaded: nothing is taken.
async fn show(
    endpoints: &Endpoints,
    provider: &str,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refused> {
    let core = &*endpoints.core;
    guard::own_machine(headers)?;
    let asked = Parameters::parse(uri.query().unwrap_or_default(), MOST_BYTES);
    let state = asked.ok().and_then(|asked| asked.get("state").map(Secret::new));
    let found = callback::find(core, provider, state, headers).await?;
    Ok(ask(core, provider, &found.state, None))
}

pub(super) fn ask(
    core: &Core,
    provider: &str,
    state: &Secret,
    problem: Option<NameProblem>,
) -> Response<Body> {
    let view = PickNameView {
        action: core.issuer.path_of(&callback::path(provider)),
        hidden: vec![Hidden { name: "state", value: state.expose().to_owned() }],
        suggestions: SUGGESTIONS.map(str::to_owned).to_vec(),
        problem,
    };
    page::pick_name(&core.branding, &view)
}

/// What was wrong with a name that the provider refuses.
pub(super) fn problem(name: Option<&str>) -> NameProblem {
    if name.is_none_or(|name| name.trim().is_empty()) { NameProblem::Missing } else { NameProblem::Refused }
}
