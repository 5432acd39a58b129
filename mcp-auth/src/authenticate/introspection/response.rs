//! The answer (RFC 7662 section 2.2): nothing in it is believed that is not said in so many words.

use serde_json::{Map, Value};

use crate::{
    authenticate::{
        VerifyError,
        jwt::{json, kind},
    },
    http::Document,
};

const MAX_DEPTH: usize = 32;

/// What the issuer says of the token, where it says that the token is active. The status was 200 (T12).
pub(super) fn claims(document: &Document, issuer: &str) -> Result<Map<String, Value>, VerifyError> {
    if !is_json(document.content_type.as_deref()) {
        return Err(VerifyError::unavailable("the answer is not application/json"));
    }
    let Some(mut claims) = json::object(&document.body, MAX_DEPTH) else {
        return Err(VerifyError::unavailable("the answer is not a JSON object whose names stand once"));
    };
    match claims.get("active") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Err(VerifyError::invalid("the token is not active")),
        _ => return Err(VerifyError::unavailable("the answer does not say `active`, or not as a boolean")),
    }
    // A refresh token is active too, and has no type (RFC 6749 section 5.1): some issuers show it in no other way (R36).
    if !kind::says_access_token(&claims) {
        return Err(VerifyError::invalid(
            "the answer does not say that this is an access token (`token_type`)",
        ));
    }
    // The issuer need not say who it is (section 2.2): it was asked itself, at its own address.
    claims.entry("iss").or_insert_with(|| issuer.into());
    Ok(claims)
}

fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
