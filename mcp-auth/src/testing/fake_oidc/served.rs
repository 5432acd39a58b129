//! The routes of a fake issuer: counted, and in trouble where the test says so.

use std::{future::pending, sync::Arc};

use axum::{Router, body::Body};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{OidcLie, OidcPart, Shared, authorize, id_token, token};
use crate::{
    Limits,
    transport::{Bound, Shutdown},
};

const BODY_SIZE: usize = 1024 * 1024;

/// Serves until the task is aborted.
pub(super) fn serve(listener: TcpListener, shared: Arc<Shared>) -> JoinHandle<()> {
    let router = Router::new().fallback(move |request: Request<Body>| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    let bound = Bound::new(listener, router, Shutdown::default(), Limits::default(), Vec::new());
    let bound = bound.unwrap_or_else(|error| panic!("a fake issuer cannot be served: {error}"));
    tokio::spawn(bound.run_until(pending()))
}

async fn answer(shared: &Shared, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_SIZE).collect().await else {
        return document(StatusCode::PAYLOAD_TOO_LARGE, &Value::Null);
    };
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    let path = parts.uri.path();
    let part = match path {
        "/.well-known/openid-configuration" => OidcPart::Metadata,
        "/jwks" => OidcPart::Keys,
        "/authorize" => OidcPart::Authorize,
        "/token" => OidcPart::Token,
        "/revoke" => OidcPart::Revocation,
        "/userinfo" => OidcPart::UserInfo,
        _ => OidcPart::Api,
    };
    if let Some(trouble) = trouble(shared, part).await {
        return trouble;
    }
    let query = parts.uri.query().unwrap_or_default();
    let (status, answer) = match part {
        OidcPart::Metadata => (StatusCode::OK, metadata(shared)),
        OidcPart::Keys => (StatusCode::OK, id_token::keys(shared)),
        OidcPart::Authorize => return authorization(shared, &parts.method, query, &body),
        OidcPart::Token if parts.method == Method::POST => token::answer(shared, &parts.headers, &body),
        OidcPart::Revocation => token::revoke(shared, &parts.headers, &body),
        OidcPart::Token => (StatusCode::METHOD_NOT_ALLOWED, Value::Null),
        OidcPart::UserInfo | OidcPart::Api => token::open(shared, path, &parts.headers),
    };
    document(status, &answer)
}

fn metadata(shared: &Shared) -> Value {
    let url = &shared.url;
    let lies = shared.state().lie == Some(OidcLie::OtherIssuersMetadata);
    json!({
        "issuer": if lies { "https://other.example" } else { url },
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "revocation_endpoint": format!("{url}/revoke"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": shared.algorithms(),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": shared.state().announced_prompts.clone(),
        "token_endpoint_auth_methods_supported": shared.methods(),
        "authorization_response_iss_parameter_supported": true,
    })
}

/// The answer of a part in trouble.
async fn trouble(shared: &Shared, part: OidcPart) -> Option<Response<Body>> {
    let trouble = {
        let mut state = shared.state();
        *state.requests.entry(part).or_default() += 1;
        state.troubles.get(&part).cloned().unwrap_or_default()
    };
    tokio::time::sleep(trouble.delay).await;
    let status = StatusCode::from_u16(trouble.status?).unwrap_or_default();
    Some(html(status, "<!doctype html><title>Out of order</title>".to_owned()))
}

fn authorization(shared: &Shared, method: &Method, query: &str, body: &str) -> Response<Body> {
    let always = shared.state().approves.clone();
    let decided = if *method == Method::POST {
        let form = authorize::pairs(body);
        let approved = form.get("decision").is_some_and(|decision| decision == "allow");
        Some(form.get("login").filter(|_| approved).cloned())
    } else {
        always.map(Some)
    };
    let answer = match decided {
        Some(login) => authorize::decide(shared, query, login.as_deref()).map(|to| redirect(&to)),
        None => authorize::page(shared, query).map(|page| html(StatusCode::OK, page)),
    };
    answer.unwrap_or_else(|error| document(StatusCode::BAD_REQUEST, &json!({ "error_description": error })))
}

fn redirect(to: &str) -> Response<Body> {
    let response = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, to);
    response.body(Body::empty()).unwrap_or_default()
}

fn html(status: StatusCode, page: String) -> Response<Body> {
    let response =
        Response::builder().status(status).header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    response.body(Body::from(page)).unwrap_or_default()
}

fn document(status: StatusCode, document: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(document.to_string())).unwrap_or_default()
}
