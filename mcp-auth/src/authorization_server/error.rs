//! What an endpoint answers when it refuses (RFC 6749 sections 4.1.2.1 and 5.2, RFC 7591 section 3.2.2).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::{NoClient, NoDocument, answer};
use crate::{AuditEvent, AuditKind, random, store::StoreError};

/// A refusal: what the client reads. What only the operator should know goes to the log where the refusal is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) status: StatusCode,
    /// `invalid_request`, `invalid_grant` …
    pub(crate) code: &'static str,
    /// For the client's developer, in printable ASCII.
    pub(crate) description: String,
    /// Seconds, for 503 and 429.
    pub(crate) retry_after: Option<u64>,
    /// What the audit hears of it beyond code and description.
    pub(crate) about: Option<Box<AuditEvent>>,
}

impl OAuthError {
    /// 400 with this code.
    pub(crate) fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            description: description.into(),
            retry_after: None,
            about: None,
        }
    }

    /// 401: the client could not prove who it is.
    pub(crate) fn invalid_client(description: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::new("invalid_client", description) }
    }

    /// 403: the request is for a host that is not ours.
    pub(crate) fn foreign_host() -> Self {
        Self { status: StatusCode::FORBIDDEN, ..Self::new("invalid_request", "the host is not served here") }
    }

    /// 503: our fault, and worth another try.
    pub(crate) fn unavailable() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(5),
            ..Self::new("temporarily_unavailable", "try again in a moment")
        }
    }
}

impl OAuthError {
    /// The audit hears this of it: a kind, who, and why.
    pub(crate) fn about(mut self, event: AuditEvent) -> Self {
        self.about = Some(Box::new(event));
        self
    }

    /// The client that was refused, where nothing else says it.
    pub(crate) fn of_client(mut self, client_id: &str) -> Self {
        let event = self.about.get_or_insert_with(|| Box::new(AuditEvent::new(AuditKind::Refused)));
        if event.client_id.is_none() {
            event.client_id = Some(client_id.to_owned());
        }
        self
    }

    /// What the audit hears of it. `None`: a fault of ours is no decision, and the log has it.
    pub(crate) fn event(&self, endpoint: &str) -> Option<AuditEvent> {
        if self.status.is_server_error() {
            return None;
        }
        let event = self.about.as_deref().cloned();
        let mut event = event.unwrap_or_else(|| AuditEvent::new(AuditKind::Refused)).endpoint(endpoint);
        let reason = event.reason.take();
        let reason = reason.as_deref().unwrap_or(&self.description);
        Some(event.reason(format!("{}: {reason}", self.code)))
    }
}

/// JSON for every caller, whatever page it runs in; nobody keeps it.
impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": printable(&self.description) });
        let mut response = answer::json(self.status, &body);
        if let Some(seconds) = self.retry_after {
            // Who came too often is told when there is a place again; of an outage nobody knows the end.
            let outage = self.status == StatusCode::SERVICE_UNAVAILABLE;
            let seconds = if outage { seconds + spread(seconds) } else { seconds };
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Up to as much again, at random: whoever was sent away together does not come back together (C54). It guards nothing.
fn spread(seconds: u64) -> u64 {
    random::bytes::<8>().map_or(0, |bytes| u64::from_ne_bytes(bytes) % (seconds + 1))
}

/// The characters that a description may have (RFC 6749 section 5.2). What a stranger wrote may be quoted in it.
fn printable(description: &str) -> String {
    let printable = |char: char| matches!(char, ' '..='~') && !matches!(char, '"' | '\\');
    description.chars().take(500).map(|char| if printable(char) { char } else { '?' }).collect()
}

/// The store's fault is never told as the client's.
impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the authorization server cannot answer");
        Self::unavailable()
    }
}

impl From<NoClient> for OAuthError {
    fn from(error: NoClient) -> Self {
        match error {
            NoClient::Store(error) => error.into(),
            // Its tokens are good, and it need not begin anew.
            NoClient::Document(NoDocument::Unreachable(_)) => {
                let description = "the document at client_id cannot be fetched now: try again later";
                Self { retry_after: Some(30), description: description.to_owned(), ..Self::unavailable() }
            }
            NoClient::Document(NoDocument::Invalid(why)) => Self::invalid_client(why),
        }
    }
}
