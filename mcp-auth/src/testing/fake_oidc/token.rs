//! `/token`, and what its tokens open.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{CLIENT_ID, OidcLie, Shared, authorize::pairs, id_token, state::Issued};

pub(super) type Answer = (StatusCode, Value);

fn refused(status: StatusCode, error: &str) -> Answer {
    (status, json!({ "error": error }))
}

/// Codes and refresh tokens become tokens.
pub(super) fn answer(shared: &Shared, headers: &HeaderMap, form: &str) -> Answer {
    let form = pairs(form);
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    if !is_the_client(shared, headers, said("client_id"), form.get("client_secret")) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let now = shared.now();
    match said("grant_type") {
        "authorization_code" => {
            let Some(code) = shared.state().take_code(said("code"), now) else {
                return refused(StatusCode::BAD_REQUEST, "invalid_grant");
            };
            let proven = URL_SAFE_NO_PAD.encode(digest(&SHA256, said("code_verifier").as_bytes()));
            if code.redirect_uri != said("redirect_uri") || code.challenge != proven {
                return refused(StatusCode::BAD_REQUEST, "invalid_grant");
            }
            let issued = shared.state().issue(&code.login, code.scopes.clone(), now);
            let id_token = id_token::made(shared, &code, &issued.access_token);
            (StatusCode::OK, success(&issued, id_token, now))
        }
        "refresh_token" => match shared.state().refresh(said("refresh_token"), now) {
            Some(issued) => (StatusCode::OK, success(&issued, None, now)),
            None => refused(StatusCode::BAD_REQUEST, "invalid_grant"),
        },
        _ => refused(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    }
}

/// A token is not needed any more (RFC 7009): it ends, and the one that came with it.
pub(super) fn revoke(shared: &Shared, headers: &HeaderMap, form: &str) -> Answer {
    let form = pairs(form);
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    if !is_the_client(shared, headers, said("client_id"), form.get("client_secret")) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let token = said("token");
    shared
        .state()
        .tokens
        .retain(|issued| issued.refresh_token.as_deref() != Some(token) && issued.access_token != token);
    (StatusCode::OK, Value::Null)
}

fn success(issued: &Issued, id_token: Option<String>, now: u64) -> Value {
    let scopes: Vec<_> = issued.scopes.iter().map(String::as_str).collect();
    let mut answer = json!({
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_at.saturating_sub(now),
        "scope": scopes.join(" "),
    });
    if let Some(refresh_token) = &issued.refresh_token {
        answer["refresh_token"] = refresh_token.as_str().into();
    }
    if let Some(id_token) = id_token {
        answer["id_token"] = id_token.into();
    }
    answer
}

/// By one of the ways that the metadata name, and by no other.
fn is_the_client(shared: &Shared, headers: &HeaderMap, id: &str, secret: Option<&String>) -> bool {
    let takes = |method: &str| shared.methods().iter().any(|one| one == method);
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{}", shared.client_secret)));
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match (given, secret) {
        (Some(given), None) => takes("client_secret_basic") && given == basic,
        (None, Some(secret)) => {
            takes("client_secret_post") && id == CLIENT_ID && *secret == shared.client_secret
        }
        (None, None) => takes("none") && id == CLIENT_ID,
        (Some(_), Some(_)) => false,
    }
}

/// `/userinfo`, and the documents of the API.
pub(super) fn open(shared: &Shared, path: &str, headers: &HeaderMap) -> Answer {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
    let (state, now) = (shared.state(), shared.now());
    let Some(issued) = state.whose(token, now) else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_token");
    };
    if path != "/userinfo" {
        return match state.documents.get(path) {
            Some(document) => (StatusCode::OK, document.clone()),
            None => refused(StatusCode::NOT_FOUND, "not_found"),
        };
    }
    let Some(person) = state.people.get(&issued.login) else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_token");
    };
    let mut claims = person.claims.clone();
    let other = state.lie == Some(OidcLie::UserInfoOfAnother);
    let subject = if other { "somebody-else" } else { person.subject.as_str() };
    claims.insert("sub".to_owned(), subject.into());
    (StatusCode::OK, Value::Object(claims))
}
