//! The API: who somebody is, and what the test says besides.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::Shared;

/// The answer to a request for `path`, which begins behind the API's own prefix.
pub(super) fn answer(
    shared: &Shared,
    method: &str,
    path: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &str,
) -> Response<Body> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token"));
    let (mut state, now) = (shared.state(), shared.now());
    let Some(token) = bearer.and_then(|(_, token)| state.token(token, now)).cloned() else {
        return document(StatusCode::UNAUTHORIZED, &json!({ "message": "Bad credentials", "status": "401" }));
    };
    let whole = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    state.calls.push((method.to_owned(), whole, body.to_owned()));
    let person = &state.people[&token.login];
    let said = state.documents.get(path).cloned();
    let (status, value) = said.unwrap_or_else(|| match path {
        "/user" => {
            (200, json!({ "login": token.login, "id": person.id, "name": token.login, "type": "User" }))
        }
        "/user/emails" if ["user", "user:email"].iter().any(|scope| token.scopes.contains(*scope)) => {
            let address = format!("{}@example.com", token.login);
            (200, json!([{ "email": address, "primary": true, "verified": true, "visibility": null }]))
        }
        "/user/orgs" => {
            let organizations = person.organizations.iter().map(|name| json!({ "login": name }));
            (200, Value::Array(organizations.collect()))
        }
        // One of them is private, and for `repo` only.
        "/user/repos" => {
            let names = [("hello-world", false), ("notes", true)].into_iter();
            let seen = names.filter(|(_, private)| !private || token.scopes.contains("repo"));
            let repository = |(name, private): (&str, bool)| {
                json!({ "name": name, "full_name": format!("{}/{name}", token.login), "private": private })
            };
            (200, Value::Array(seen.map(repository).collect()))
        }
        _ => (404, json!({ "message": "Not Found", "status": "404" })),
    });
    let mut response = document(StatusCode::from_u16(status).unwrap_or_default(), &value);
    if token.refresh_token.is_none() {
        let scopes = token.scopes.iter().cloned().collect::<Vec<_>>().join(", ");
        response
            .headers_mut()
            .insert("x-oauth-scopes", HeaderValue::try_from(scopes).unwrap_or(HeaderValue::from_static("")));
    }
    response
}

pub(super) fn document(status: StatusCode, value: &Value) -> Response<Body> {
    let body = if status == StatusCode::NO_CONTENT { Body::empty() } else { Body::from(value.to_string()) };
    let response = Response::builder().status(status);
    response.header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(body).unwrap_or_default()
}
