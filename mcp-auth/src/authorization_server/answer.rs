//! What `/token`, `/register` and `/revoke` answer: JSON that nobody keeps, for pages of every origin.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// JSON with tokens in it, or in its place: never in a cache (RFC 6749 section 5.1), readable for every page, because
/// nothing here looks at cookies.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // As long as a token response is, which would grow four times.
    let mut text = Vec::with_capacity(1024);
    if serde_json::to_writer(&mut text, body).is_err() {
        text.clear();
    }
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate, Retry-After"),
    );
    response
}
