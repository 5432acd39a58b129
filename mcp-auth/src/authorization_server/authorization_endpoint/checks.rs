//! What the client asks for. Each check is told to the client.

use super::{Client, OAuthError, Parameters, Prompt};

/// Parameters that are read here. Others are ignored, also where they are repeated (RFC 6749 section 3.1).
const ONCE: [&str; 8] = [
    "response_type",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "scope",
    "prompt",
    "request",
    "request_uri",
];

fn invalid_request(description: impl Into<String>) -> OAuthError {
    OAuthError::new("invalid_request", description)
}

/// No parameter is included more than once (RFC 6749 section 3.1).
pub(super) fn nothing_repeated(asked: &Parameters) -> Result<(), OAuthError> {
    match ONCE.into_iter().find(|name| asked.is_repeated(name)) {
        Some(name) => Err(invalid_request(format!("{name} is there more than once"))),
        None => Ok(()),
    }
}

/// What is asked stands in the parameters: there are no request objects here (RFC 9101 section 5; OpenID Connect Core
/// section 3.1.2.6). Ignoring one would be answering another request.
pub(super) fn no_request_object(asked: &Parameters) -> Result<(), OAuthError> {
    for (name, code) in [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")] {
        if asked.get(name).is_some() {
            return Err(OAuthError::new(code, format!("{name} is not supported")));
        }
    }
    Ok(())
}

/// A code, and never a token (RFC 6749 section 3.1.1, RFC 9700 section 2.1.2).
pub(super) fn response_type_is_code(asked: &Parameters) -> Result<(), OAuthError> {
    match asked.get("response_type") {
        Some("code") => Ok(()),
        None => Err(invalid_request("response_type is missing")),
        Some(_) => Err(OAuthError::new("unsupported_response_type", "response_type can be code only")),
    }
}

/// The client registered for codes (RFC 7591 section 2; RFC 6749 section 4.1.2.1).
pub(super) fn client_may_ask_for_codes(client: &Client) -> Result<(), OAuthError> {
    let (responses, grants) = (&client.metadata.response_types, &client.metadata.grant_types);
    let includes = |list: &[String], name: &str| list.is_empty() || list.iter().any(|one| one == name);
    if includes(responses, "code") && includes(grants, "authorization_code") {
        return Ok(());
    }
    Err(OAuthError::new("unauthorized_client", "the client did not register for authorization codes"))
}

/// The answer goes into the query (OAuth 2.0 Multiple Response Types section 2.1).
pub(super) fn response_mode_is_query(asked: &Parameters) -> Result<(), OAuthError> {
    match asked.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => Err(invalid_request("response_mode can be query only")),
    }
}

/// PKCE, always, and with S256: left out, `code_challenge_method` would mean `plain` (RFC 7636 section 4.3).
pub(super) fn s256_challenge(asked: &Parameters) -> Result<String, OAuthError> {
    let Some(challenge) = asked.get("code_challenge") else {
        return Err(invalid_request("code_challenge is missing: PKCE is required"));
    };
    if asked.get("code_challenge_method") != Some("S256") {
        return Err(invalid_request("code_challenge_method must be S256"));
    }
    // SHA-256 in base64url without padding (RFC 7636 section 4.2).
    let is_digest = challenge.len() == 43
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_digest {
        Ok(challenge.to_owned())
    } else {
        Err(invalid_request("code_challenge is not 43 characters of base64url"))
    }
}

/// How the person is to be asked (OpenID Connect Core section 3.1.2.1). Words that are not known are ignored.
pub(super) fn prompt(asked: &Parameters) -> Result<Prompt, OAuthError> {
    let words: Vec<&str> = asked.get("prompt").unwrap_or_default().split(' ').collect();
    match words.as_slice() {
        ["none"] => Ok(Prompt::None),
        words if words.contains(&"none") => Err(invalid_request("prompt none goes with nothing else")),
        words if words.iter().any(|word| matches!(*word, "login" | "select_account")) => Ok(Prompt::Login),
        _ => Ok(Prompt::Consent),
    }
}
