//! `/login/oauth/access_token`: errors with 200, forms unless JSON is asked for, scopes with commas.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{CLIENT_ID, Shared, authorize::pairs, state::Issued};

/// The members of the answer.
pub(super) fn answer(shared: &Shared, form: &str) -> Map<String, Value> {
    let answer = exchange(shared, form).map_or_else(
        |error| {
            json!({
                "error": error,
                "error_description": "see https://docs.github.com/apps/oauth-apps",
                "error_uri": "https://docs.github.com/apps/oauth-apps",
            })
        },
        |token| success(shared, &token),
    );
    answer.as_object().cloned().unwrap_or_default()
}

fn exchange(shared: &Shared, form: &str) -> Result<Issued, &'static str> {
    let form = pairs(form);
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    if said("client_id") != CLIENT_ID || said("client_secret") != shared.client_secret {
        return Err("incorrect_client_credentials");
    }
    let (mut state, now) = (shared.state(), shared.now());
    if said("grant_type") == "refresh_token" {
        return state.refresh(said("refresh_token"), now).ok_or("bad_refresh_token");
    }
    let code = state.take_code(said("code"), now).ok_or("bad_verification_code")?;
    if form.get("redirect_uri").is_some_and(|uri| *uri != code.redirect_uri) {
        return Err("redirect_uri_mismatch");
    }
    let proven = URL_SAFE_NO_PAD.encode(digest(&SHA256, said("code_verifier").as_bytes()));
    if code.challenge.is_some_and(|challenge| challenge != proven) {
        return Err("bad_verification_code");
    }
    Ok(state.issue(&code.login, code.scopes, now))
}

fn success(shared: &Shared, token: &Issued) -> Value {
    let scopes = token.scopes.iter().cloned().collect::<Vec<_>>().join(",");
    let Some(refresh_token) = &token.refresh_token else {
        return json!({ "access_token": token.access_token, "scope": scopes, "token_type": "bearer" });
    };
    json!({
        "access_token": token.access_token,
        "expires_in": token.expires_at.unwrap_or_default().saturating_sub(shared.now()),
        "refresh_token": refresh_token,
        "refresh_token_expires_in": 15_897_600,
        "scope": "",
        "token_type": "bearer",
    })
}
