//! rmcp's errors in one shape: a JSON-RPC body, a status that the specification names, nothing of the parser's text.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::challenge::{RequestId, Rpc, rpc_error};

/// Replaces an error body that is not JSON.
pub(super) fn errors(response: Response<Body>, id: &RequestId) -> Response<Body> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return uncached(response);
    }
    if is(response.headers(), "application/json") {
        return uncached(response);
    }
    let (parts, _text) = response.into_parts();
    let (status, code, message) = meaning(status);
    if status.is_server_error() {
        tracing::error!(status = parts.status.as_u16(), "the MCP service failed");
    }
    let mut answer = rpc_error(status, code, message, id).map(Body::new);
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer
}

/// rmcp answers 415 to JSON that is no message of the protocol; the media type was right, so that is a 400.
fn meaning(status: StatusCode) -> (StatusCode, Rpc, &'static str) {
    match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (StatusCode::BAD_REQUEST, Rpc::InvalidRequest, "the body is not a message of the protocol")
        }
        StatusCode::NOT_FOUND => (status, Rpc::Unauthorized, "Session not found"),
        StatusCode::NOT_ACCEPTABLE => (
            status,
            Rpc::InvalidRequest,
            "Accept must list application/json and text/event-stream (GET: text/event-stream)",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (status, Rpc::InvalidRequest, "method not allowed"),
        StatusCode::UNPROCESSABLE_ENTITY => (status, Rpc::InvalidRequest, "initialize first"),
        status if status.is_server_error() => (status, Rpc::Internal, "internal error"),
        status => (status, Rpc::InvalidRequest, "bad request"),
    }
}

/// What one caller got must not be kept for another (RFC 6750 section 2.3); 404 and 405 would be kept without asking
/// (RFC 9110 section 15.1).
fn uncached(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn is_stream(response: &Response<Body>) -> bool {
    is(response.headers(), "text/event-stream")
}

fn is(headers: &HeaderMap, essence: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.split(';').next().unwrap_or_default().trim() == essence)
}
