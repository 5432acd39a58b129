//! Protected resource metadata (RFC 9728): which resource this is, who issues its tokens, which scopes exist.

use axum::{body::Body, routing::MethodRouter};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// The document. Its strings are the configured ones, never those of a request.
#[derive(Serialize)]
pub(crate) struct ProtectedResource<'a> {
    pub(crate) resource: &'a str,
    pub(crate) authorization_servers: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) scopes_supported: &'a [&'static str],
    pub(crate) bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_name: Option<&'a str>,
}

impl ProtectedResource<'_> {
    /// The document.
    pub(crate) fn document(&self) -> Bytes {
        serde_json::to_vec(self).map(Bytes::from).unwrap_or_default()
    }
}

/// A document for everybody: any page may read it, any cache may keep it for five minutes.
pub(crate) fn public_json(document: Bytes) -> MethodRouter {
    changing_json(move || document.clone())
}

/// The same of a document that is made anew for each request.
pub(crate) fn changing_json(document: impl Fn() -> Bytes + Clone + Send + Sync + 'static) -> MethodRouter {
    let answer = move || {
        let mut response = Response::new(Body::from(document()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        std::future::ready(response)
    };
    axum::routing::get(answer).options(|| std::future::ready(preflight()))
}

/// Clients ask with headers of their own, such as `MCP-Protocol-Version`.
fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type, Accept, MCP-Protocol-Version"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}
