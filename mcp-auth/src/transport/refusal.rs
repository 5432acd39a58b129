//! What the gate answers instead of letting a request through.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

use crate::challenge::{Challenge, RequestId, Rpc, oauth_error, rpc_error};

/// A refused request: little on the wire, the reason in the log.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: Rpc,
    /// The error of the challenge, if it has one.
    error: Option<&'static str>,
    message: String,
    headers: Vec<(header::HeaderName, HeaderValue)>,
    id: RequestId,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: Rpc, message: impl Into<String>) -> Self {
        Self { status, code, error: None, message: message.into(), headers: Vec::new(), id: None }
    }

    /// 400: the request cannot be understood; the caller must send another one.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Rpc::InvalidRequest, message)
    }

    /// 400 with `invalid_request`: the credentials cannot be understood (RFC 6750 section 3.1).
    pub(crate) fn malformed_credentials(message: &str, resource_metadata: &str) -> Self {
        let challenge = Challenge {
            error: Some("invalid_request"),
            error_description: Some(message),
            scope: &[],
            resource_metadata,
        };
        Self::bad_request(message).challenging(&challenge)
    }

    /// 401: sign in, or sign in again.
    pub(crate) fn unauthorized(challenge: &Challenge<'_>) -> Self {
        let message = challenge.error_description.unwrap_or("authorization required");
        Self::new(StatusCode::UNAUTHORIZED, Rpc::Unauthorized, message).challenging(challenge)
    }

    /// 403: the same person, with more scopes.
    pub(crate) fn insufficient_scope(scope: &[&str], resource_metadata: &str) -> Self {
        let message = format!("the token lacks a scope that this needs: {}", scope.join(" "));
        Self::insufficient(scope, &message, resource_metadata)
    }

    /// 403: the same person, once more or with more scopes.
    pub(crate) fn insufficient(scope: &[&str], message: &str, resource_metadata: &str) -> Self {
        let challenge = Challenge {
            error: Some("insufficient_scope"),
            error_description: Some(message),
            scope,
            resource_metadata,
        };
        Self::new(StatusCode::FORBIDDEN, Rpc::Forbidden, message).challenging(&challenge)
    }

    /// 503: our fault or the issuer's, never the caller's; their token stays good.
    pub(crate) fn unavailable(message: impl Into<String>, retry_after: Duration) -> Self {
        let seconds = HeaderValue::from(retry_after.as_secs().max(1));
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Rpc::Unavailable, message)
            .with(header::RETRY_AFTER, seconds)
    }

    /// 403 without a challenge: no token of the same issuer would help.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, Rpc::Forbidden, message)
    }

    /// 500: the developer's fault; what it is stands in the log.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Rpc::Internal, message)
    }

    fn challenging(mut self, challenge: &Challenge<'_>) -> Self {
        self.error = challenge.error;
        self.with(header::WWW_AUTHENTICATE, challenge.header())
    }

    pub(crate) fn with(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn answering(mut self, id: RequestId) -> Self {
        self.id = id;
        self
    }

    /// For an MCP client.
    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let response = rpc_error(self.status, self.code, &self.message, &self.id);
        self.with_headers(response)
    }

    /// For whoever calls an ordinary route.
    pub(crate) fn into_plain_response(self) -> Response<Full<Bytes>> {
        let response = oauth_error(self.status, self.error.unwrap_or(self.code.word()), &self.message);
        self.with_headers(response)
    }

    fn with_headers(self, mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status.as_u16(), self.message)
    }
}
