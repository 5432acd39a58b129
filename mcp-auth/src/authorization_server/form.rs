//! The form that a client posts (RFC 6749 section 3.2): read within limits, each parameter once.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use tokio::time::timeout;

use super::OAuthError;

/// Ten times what clients send.
const SIZE: usize = 32 * 1024;
const TIME: Duration = Duration::from_secs(10);

/// The parameters of a request. They hold secrets: there is no `Debug`.
pub(super) struct Form {
    parameters: Vec<(String, String)>,
}

impl Form {
    /// Reads it. A parameter without a value counts as left out, and each may stand once; `resource` may stand several times
    /// (RFC 8707 section 2).
    pub(super) async fn read(request: Request<Body>) -> Result<Self, OAuthError> {
        if media_type(request.headers()) != Some("application/x-www-form-urlencoded") {
            let message = "the request has to be a form: Content-Type: application/x-www-form-urlencoded";
            return Err(OAuthError::new("invalid_request", message));
        }
        let query = request.uri().query().unwrap_or_default();
        if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| SECRETS.contains(&name.as_ref())) {
            tracing::warn!("a client put a secret into a URL, where logs and histories keep it");
            let message = "secrets stand in the body of the request, never in its URL";
            return Err(OAuthError::new("invalid_request", message));
        }
        Self::parse(&read(request).await?)
    }

    pub(super) fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if value.is_empty() {
                continue;
            }
            if name != "resource" && parameters.iter().any(|(known, _)| *known == name) {
                return Err(OAuthError::new("invalid_request", format!("{name} is there twice")));
            }
            parameters.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self { parameters })
    }

    #[cfg(test)]
    pub(super) fn into_parameters(self) -> Vec<(String, String)> {
        self.parameters
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.parameters.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter without which nothing can be done.
    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::new("invalid_request", format!("{name} is missing")))
    }
}

/// What must not stand in a URL (RFC 6749 section 2.3.1).
const SECRETS: [&str; 6] =
    ["client_secret", "client_assertion", "code", "code_verifier", "refresh_token", "token"];

/// The body, whole, soon, and not too large.
pub(super) async fn read(request: Request<Body>) -> Result<Bytes, OAuthError> {
    let too_large = || OAuthError {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        ..OAuthError::new("invalid_request", format!("the request is larger than {SIZE} bytes"))
    };
    match timeout(TIME, to_bytes(request.into_body(), SIZE)).await {
        Ok(Ok(body)) => Ok(body),
        // Too large, or broken off; then nobody reads the answer.
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(OAuthError {
            status: StatusCode::REQUEST_TIMEOUT,
            ..OAuthError::new("invalid_request", "the request took too long")
        }),
    }
}

/// The media type without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(one), None) = (all.next(), all.next()) else { return None };
    let essence = one.to_str().ok()?.split(';').next()?.trim();
    ["application/x-www-form-urlencoded", "application/json"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(essence))
}
