//! Answers of a provider's API.

use std::fmt;

use http::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};

use super::UpstreamError;
use crate::http::Incoming;

/// How much of what an API says about a refusal is kept.
const MESSAGE: usize = 300;

/// A good answer of a provider's API.
pub struct UpstreamResponse {
    provider: String,
    answer: Incoming,
}

impl UpstreamResponse {
    pub(super) fn of(provider: &str, answer: Incoming) -> Result<Self, UpstreamError> {
        if answer.status.is_success() {
            return Ok(Self { provider: provider.to_owned(), answer });
        }
        let (status, message) = (answer.status.as_u16(), message(&answer.body));
        tracing::debug!(provider, status, "the API refuses a request");
        Err(UpstreamError::Status { provider: provider.to_owned(), status, message })
    }

    /// The HTTP status, 200 to 299.
    pub fn status(&self) -> u16 {
        self.answer.status.as_u16()
    }

    /// The headers, such as `link` of an answer in pages.
    pub fn headers(&self) -> &HeaderMap {
        &self.answer.headers
    }

    /// The body as it came, at most 8 MiB.
    pub fn bytes(&self) -> &[u8] {
        &self.answer.body
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// [`UpstreamError::Unreadable`] where it is no JSON, or does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, UpstreamError> {
        let unreadable = |error: serde_json::Error| UpstreamError::Unreadable {
            provider: self.provider.clone(),
            // What stands in the answer is not for the log.
            why: format!("{:?} error at line {}, column {}", error.classify(), error.line(), error.column()),
        };
        serde_json::from_slice(&self.answer.body).map_err(unreadable)
    }
}

/// What an API says about a refusal: `message` of its JSON, in printable text.
fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let said = serde_json::from_slice(body).map(|Said { message }| message).unwrap_or_default();
    said.chars().filter(|char| !char.is_control()).take(MESSAGE).collect()
}

/// The body may hold anything.
impl fmt::Debug for UpstreamResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamResponse").field("status", &self.status()).finish_non_exhaustive()
    }
}
