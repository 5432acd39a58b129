//! Error bodies: JSON-RPC for MCP clients, some of which only understand a refusal in this shape; OAuth's for all others.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;

/// The id of the request that is refused, as the client sent it.
pub(crate) type RequestId = Option<serde_json::Value>;

/// JSON-RPC error codes of this crate's refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rpc {
    ParseError = -32700,
    InvalidRequest = -32600,
    Internal = -32603,
    /// No usable token.
    Unauthorized = -32001,
    /// A good token that may not do this.
    Forbidden = -32003,
    /// Try again later.
    Unavailable = -32004,
}

impl Rpc {
    /// The same, as a word of OAuth (RFC 6749 section 5.2) where there is one.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ParseError | Self::InvalidRequest => "invalid_request",
            Self::Internal => "server_error",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Unavailable => "temporarily_unavailable",
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    jsonrpc: &'static str,
    id: &'a RequestId,
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: i32,
    message: &'a str,
}

/// A refusal: `status` with a JSON-RPC error that carries `message` to the client.
pub(crate) fn rpc_error(
    status: StatusCode,
    code: Rpc,
    message: &str,
    id: &RequestId,
) -> Response<Full<Bytes>> {
    let body = Body { jsonrpc: "2.0", id, error: Error { code: code as i32, message } };
    json(status, &body)
}

#[derive(Serialize)]
struct OauthError<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// A refusal of an ordinary route: `status` with the members that OAuth's own errors have.
pub(crate) fn oauth_error(status: StatusCode, error: &'static str, message: &str) -> Response<Full<Bytes>> {
    json(status, &OauthError { error, error_description: message })
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Full<Bytes>> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(bytes)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
