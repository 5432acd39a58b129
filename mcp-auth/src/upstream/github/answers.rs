//! What GitHub means by its answers: whose fault it is, and whether it will pass.

use std::time::Duration;

use http::{HeaderName, StatusCode, header};

use crate::{
    http::{FetchError, Incoming},
    store::Timestamp,
    upstream::{Outage, SignInError},
};

/// For limits that say nothing (GitHub's documentation: wait at least one minute).
const PAUSE: Duration = Duration::from_secs(60);
/// Nobody is told to wait for longer than GitHub's own window.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// GitHub cannot answer now: it is out of order, or we ask too often. Never a fault of a token (C34, C35).
pub(super) fn outage(answer: &Incoming, now: Timestamp) -> Option<Outage> {
    let status = answer.status;
    if status.is_server_error() {
        let retry_after = retry_after(answer);
        return Some(Outage { why: format!("it answers {}", status.as_u16()), retry_after });
    }
    let limited = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => {
            retry_after(answer).is_some()
                || number(answer, "x-ratelimit-remaining") == Some(0)
                || says_limit(answer)
        }
        _ => false,
    };
    limited.then(|| {
        let reset = number(answer, "x-ratelimit-reset")
            .filter(|_| number(answer, "x-ratelimit-remaining") == Some(0));
        let until = reset.map(|at| Duration::from_secs(at.saturating_sub(now.as_secs()).max(1)));
        let pause = retry_after(answer).or(until).unwrap_or(PAUSE).min(LONGEST_PAUSE);
        Outage { why: "its rate limit is reached".to_owned(), retry_after: Some(pause) }
    })
}

/// The secondary limit says it in words only.
fn says_limit(answer: &Incoming) -> bool {
    String::from_utf8_lossy(&answer.body).to_ascii_lowercase().contains("rate limit")
}

fn retry_after(answer: &Incoming) -> Option<Duration> {
    Some(Duration::from_secs(text(answer, &header::RETRY_AFTER)?.parse().ok()?))
}

fn number(answer: &Incoming, name: &'static str) -> Option<u64> {
    text(answer, &HeaderName::from_static(name))?.parse().ok()
}

fn text<'a>(answer: &'a Incoming, name: &HeaderName) -> Option<&'a str> {
    Some(answer.headers.get(name)?.to_str().ok()?.trim())
}

/// An `error` that GitHub says in words, in a callback or where tokens are given.
///
/// Only what is known to end a token ends one: of a word that we have never seen, nobody is logged out.
pub(super) fn said(error: &str) -> SignInError {
    let word: String = error.chars().filter(char::is_ascii_graphic).take(64).collect();
    match word.as_str() {
        "access_denied" => SignInError::Denied,
        "bad_verification_code" | "bad_refresh_token" | "invalid_grant" | "unverified_user_email" => {
            SignInError::Refused(word)
        }
        "server_error" | "temporarily_unavailable" | "slow_down" => SignInError::Unavailable(word.into()),
        _ => SignInError::Misconfigured(word),
    }
}

/// No answer.
pub(super) fn failed(error: &FetchError) -> SignInError {
    match error {
        FetchError::Refused(_) => SignInError::Misconfigured(error.to_string()),
        _ => SignInError::Unavailable(error.to_string().into()),
    }
}

/// An answer that no GitHub gives.
pub(super) fn unexpected(what: &str, status: StatusCode) -> SignInError {
    SignInError::Misconfigured(format!("{what} is answered with {}; is the URL right?", status.as_u16()))
}
