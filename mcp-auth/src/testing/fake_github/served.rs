//! The routes of a fake GitHub: counted, and in trouble where the test says so.

use std::{future::pending, sync::Arc};

use ::url::form_urlencoded::Serializer;
use axum::{Router, body::Body};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{GitHubPart, Shared, api, authorize, token};
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
    let bound = bound.unwrap_or_else(|error| panic!("a fake GitHub cannot be served: {error}"));
    tokio::spawn(bound.run_until(pending()))
}

async fn answer(shared: &Shared, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_SIZE).collect().await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "too large");
    };
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    let path = parts.uri.path();
    let part = match path {
        "/login/oauth/authorize" => GitHubPart::Authorize,
        "/login/oauth/access_token" => GitHubPart::Token,
        _ => GitHubPart::Api,
    };
    if path == "/settings/applications" {
        return settings(shared, &parts.method, &body);
    }
    if let Some(trouble) = trouble(shared, part).await {
        return trouble;
    }
    let query = parts.uri.query().unwrap_or_default();
    match part {
        GitHubPart::Authorize => authorization(shared, &parts.method, query, &body),
        GitHubPart::Token if parts.method == Method::POST => {
            let json = parts.headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
            token_answer(&token::answer(shared, &body), json)
        }
        GitHubPart::Token => plain(StatusCode::NOT_FOUND, "Not Found"),
        GitHubPart::Api => {
            let path = path.strip_prefix("/api/v3").unwrap_or(path);
            api::answer(shared, parts.method.as_str(), path, parts.uri.query(), &parts.headers, &body)
        }
    }
}

/// The answer of a part in trouble.
async fn trouble(shared: &Shared, part: GitHubPart) -> Option<Response<Body>> {
    let trouble = {
        let mut state = shared.state();
        *state.requests.entry(part).or_default() += 1;
        state.troubles.get(&part).cloned().unwrap_or_default()
    };
    tokio::time::sleep(trouble.delay).await;
    if let Some(retry_after) = trouble.limited {
        let body = json!({ "message": "You have exceeded a secondary rate limit." });
        let mut response = api::document(StatusCode::FORBIDDEN, &body);
        response.headers_mut().insert(header::RETRY_AFTER, retry_after.as_secs().into());
        return Some(response);
    }
    let status = StatusCode::from_u16(trouble.status?).unwrap_or_default();
    Some(plain(status, "<!doctype html><title>Unicorn!</title>"))
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
        None => authorize::page(shared, query).map(html),
    };
    answer.unwrap_or_else(|error| plain(StatusCode::NOT_FOUND, &error))
}

/// Where a person ends what they approved.
fn settings(shared: &Shared, method: &Method, body: &str) -> Response<Body> {
    if *method == Method::POST {
        let form = authorize::pairs(body);
        let login = form.get("login").map(String::as_str).unwrap_or_default();
        let mut state = shared.state();
        if !state.people.contains_key(login) {
            return plain(StatusCode::NOT_FOUND, "nobody has this login");
        }
        state.revoke(login);
        return plain(StatusCode::OK, "The app may do nothing for you any more.");
    }
    html(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fake GitHub</title>\
         <h1>Authorized apps</h1><form method=\"post\"><label>Your login <input name=\"login\" required></label> \
         <button>Revoke</button></form></html>"
            .to_owned(),
    )
}

fn token_answer(members: &serde_json::Map<String, Value>, as_json: bool) -> Response<Body> {
    if as_json {
        return api::document(StatusCode::OK, &Value::Object(members.clone()));
    }
    let mut form = Serializer::new(String::new());
    for (name, value) in members {
        form.append_pair(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str());
    }
    let response = Response::builder().header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    response.body(Body::from(form.finish())).unwrap_or_default()
}

fn redirect(to: &str) -> Response<Body> {
    let response = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, to);
    response.body(Body::empty()).unwrap_or_default()
}

fn html(page: String) -> Response<Body> {
    let response = Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    response.body(Body::from(page)).unwrap_or_default()
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    Response::builder().status(status).body(Body::from(text.to_owned())).unwrap_or_default()
}
