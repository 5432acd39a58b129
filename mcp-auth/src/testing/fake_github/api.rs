//! The API: who somebody is, and what the test says besides.

use std::collections::BTreeSet;

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::{
    CLIENT_ID, Shared,
    authorize::pairs,
    state::{Issued, Person},
};

/// The answer to a request for `path`, which begins behind the API's own prefix.
pub(super) fn answer(
    shared: &Shared,
    method: &str,
    path: &str,
    query: Option<&str>,
    headers: &HeaderMap,
    body: &str,
) -> Response<Body> {
    if let Some(app) = path.strip_prefix("/applications/").and_then(|rest| rest.strip_suffix("/token"))
        && method == "DELETE"
    {
        return end_token(shared, app, headers, body);
    }
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
    let (status, value) = said.unwrap_or_else(|| known(token_scopes(&token), &token.login, person, path));
    let (value, next) = page(value, path, query);
    let mut response = document(StatusCode::from_u16(status).unwrap_or_default(), &value);
    if let Some(next) = next {
        let link = format!(
            "<https://elsewhere.example/api{path}?page={next}>; rel=\"next\", <https://elsewhere.example>; rel=\"last\""
        );
        response
            .headers_mut()
            .insert(header::LINK, HeaderValue::try_from(link).unwrap_or(HeaderValue::from_static("")));
    }
    if token.refresh_token.is_none() {
        let scopes = token.scopes.iter().cloned().collect::<Vec<_>>().join(", ");
        response
            .headers_mut()
            .insert("x-oauth-scopes", HeaderValue::try_from(scopes).unwrap_or(HeaderValue::from_static("")));
    }
    response
}

/// `DELETE /applications/{client_id}/token`, by the app itself.
fn end_token(shared: &Shared, app: &str, headers: &HeaderMap, body: &str) -> Response<Body> {
    let basic = STANDARD.encode(format!("{CLIENT_ID}:{}", shared.client_secret));
    let proven = headers.get(header::AUTHORIZATION).is_some_and(|value| *value == format!("Basic {basic}"));
    if app != CLIENT_ID || !proven {
        return document(StatusCode::UNAUTHORIZED, &json!({ "message": "Requires authentication" }));
    }
    let asked: Value = serde_json::from_str(body).unwrap_or_default();
    let token = asked["access_token"].as_str().unwrap_or_default();
    if shared.state().end(token) {
        return document(StatusCode::NO_CONTENT, &Value::Null);
    }
    document(StatusCode::NOT_FOUND, &json!({ "message": "Not Found", "status": "404" }))
}

/// The scopes of an OAuth app's token. What a GitHub App may see is set elsewhere: its tokens have none.
fn token_scopes(token: &Issued) -> Option<&BTreeSet<String>> {
    token.refresh_token.is_none().then_some(&token.scopes)
}

fn known(scopes: Option<&BTreeSet<String>>, login: &str, person: &Person, path: &str) -> (u16, Value) {
    let may =
        |any_of: &[&str]| scopes.is_none_or(|scopes| any_of.iter().any(|scope| scopes.contains(*scope)));
    let missing = || (404, json!({ "message": "Not Found", "status": "404" }));
    // GitHub's names are the same in upper and lower case.
    let found = |name: &str| person.memberships.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let membership = |name: &str| match found(name) {
        Some((_, active)) => {
            (200, json!({ "state": if *active { "active" } else { "pending" }, "role": "member" }))
        }
        None => missing(),
    };
    match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
        ["user"] => (200, json!({ "login": login, "id": person.id, "name": login, "type": "User" })),
        ["user", "emails"] if may(&["user", "user:email"]) => {
            let addresses = person.email_addresses.iter().enumerate().map(|(at, (address, verified))| {
                json!({ "email": address, "primary": at == 0, "verified": verified, "visibility": null })
            });
            (200, Value::Array(addresses.collect()))
        }
        // One of them is private, and for `repo` only.
        ["user", "repos"] => {
            let repository = |name: &str, private: bool| json!({ "name": name, "full_name": format!("{login}/{name}"), "private": private });
            let private = may(&["repo"]).then(|| repository("notes", true));
            let all = [repository("hello-world", false)].into_iter().chain(private);
            (200, Value::Array(all.collect()))
        }
        ["user", "orgs"] => {
            (200, Value::Array(person.organizations().map(|name| json!({ "login": name })).collect()))
        }
        ["user", "memberships", "orgs", _] | ["orgs", _, "teams", _, "memberships", _]
            if !may(&["read:org", "write:org", "admin:org"]) =>
        {
            (403, json!({ "message": "You need at least read:org scope to do this.", "status": "403" }))
        }
        ["user", "memberships", "orgs", organization] => membership(organization),
        ["orgs", organization, "teams", team, "memberships", who] if who == login => {
            membership(&format!("{organization}/{team}"))
        }
        _ => missing(),
    }
}

/// One page of a list that was asked for by pages, and the number of the next one.
fn page(value: Value, path: &str, query: Option<&str>) -> (Value, Option<usize>) {
    let query = pairs(query.unwrap_or_default());
    let number =
        |name: &str, default: usize| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let Value::Array(all) = value else { return (value, None) };
    if path != "/user/emails" {
        return (Value::Array(all), None);
    }
    let (size, at) = (number("per_page", 30).clamp(1, 100), number("page", 1).max(1));
    let more = all.len() > size * at;
    (Value::Array(all.into_iter().skip(size * (at - 1)).take(size).collect()), more.then_some(at + 1))
}

pub(super) fn document(status: StatusCode, value: &Value) -> Response<Body> {
    let body = if status == StatusCode::NO_CONTENT { Body::empty() } else { Body::from(value.to_string()) };
    let response = Response::builder().status(status);
    response.header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(body).unwrap_or_default()
}
