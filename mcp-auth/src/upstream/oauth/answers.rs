//! What a provider means by its answers: whose fault it is, and whether it will pass.

use std::time::Duration;

use http::{StatusCode, header};

use crate::{
    http::{FetchError, Incoming},
    upstream::{Outage, SignInError},
};

/// Nobody is told to wait for longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// It cannot answer now: it is out of order, or is asked too often. Never a fault of a token (C34, C35).
pub(in crate::upstream) fn outage(answer: &Incoming) -> Option<Outage> {
    let status = answer.status;
    if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let seconds =
        answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let retry_after = seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE));
    Some(Outage { why: format!("it answers {}", status.as_u16()), retry_after })
}

/// An `error` that it says in words (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6).
///
/// Only what is known to end a token ends one: of a word that we have never seen, nobody is logged out (C33).
pub(in crate::upstream) fn said(error: &str) -> SignInError {
    let word: String = error.chars().filter(char::is_ascii_graphic).take(64).collect();
    match word.as_str() {
        "access_denied" => SignInError::Denied,
        "invalid_grant"
        | "login_required"
        | "consent_required"
        | "interaction_required"
        | "account_selection_required" => SignInError::Refused(word),
        "server_error" | "temporarily_unavailable" | "slow_down" => SignInError::Unavailable(word.into()),
        _ => SignInError::Misconfigured(word),
    }
}

/// No answer.
pub(in crate::upstream) fn failed(error: &FetchError) -> SignInError {
    match error {
        FetchError::Refused(_) => SignInError::Misconfigured(error.to_string()),
        _ => SignInError::Unavailable(error.to_string().into()),
    }
}

/// An answer that says nothing.
pub(in crate::upstream) fn unexpected(what: &str, status: StatusCode) -> SignInError {
    SignInError::Misconfigured(format!("{what} is answered with {}; is the URL right?", status.as_u16()))
}
