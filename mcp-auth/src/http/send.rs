//! Requests whose answers are read whatever their status.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use super::{FetchError, HttpClient, check};

/// A request to a server that we know.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// For the whole of it.
    pub(crate) time: Duration,
    /// Of the answer's body, in bytes.
    pub(crate) limit: usize,
}

/// Its answer. The body may hold anything, so it is not printed.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl HttpClient {
    /// Sends it. A redirect is an answer like every other: it is not followed.
    pub(crate) async fn send(&self, request: Outgoing) -> Result<Incoming, FetchError> {
        let url = check(&request.url, self.reach).map_err(FetchError::Refused)?;
        // What stands behind the path can be anything: errors do not repeat it.
        let failed = |error: reqwest::Error| FetchError::Transport(error.without_url());
        let sent = self.client.request(request.method, url).headers(request.headers);
        let mut answer = sent.body(request.body).timeout(request.time).send().await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > request.limit {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let headers = std::mem::take(answer.headers_mut());
        Ok(Incoming { status: answer.status(), headers, body: body.into() })
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("status", &self.status).finish_non_exhaustive()
    }
}
