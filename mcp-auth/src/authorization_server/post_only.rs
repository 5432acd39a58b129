//! The route of an endpoint that takes POST and nothing else.

use std::{future::Future, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, any},
};
use http::{HeaderValue, Method, Request, StatusCode, header};

use super::{Core, OAuthError};

/// `handle` for POST, and the audit where it refuses; the preflight of a page's request; JSON for every other method, as for everything else here.
pub(super) fn post_only<S, H, F>(core: &Arc<Core>, state: &Arc<S>, handle: H) -> MethodRouter
where
    S: Send + Sync + 'static,
    H: Fn(Arc<S>, Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response, OAuthError>> + Send,
{
    let (core, state) = (Arc::clone(core), Arc::clone(state));
    any(move |request: Request<Body>| {
        let (core, state, handle) = (Arc::clone(&core), Arc::clone(&state), handle.clone());
        async move {
            match *request.method() {
                Method::POST => {
                    let basic = request.headers().contains_key(header::AUTHORIZATION);
                    let endpoint = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
                    handle(state, request).await.unwrap_or_else(|error| {
                        error.event(&endpoint).into_iter().for_each(|event| core.audit(event));
                        refused(error, basic)
                    })
                }
                Method::OPTIONS => preflight(),
                _ => wrong_method(),
            }
        }
    })
}

/// A client that used the header learns which scheme there is (RFC 6749 section 5.2).
fn refused(error: OAuthError, basic: bool) -> Response {
    let challenge = basic && error.status == StatusCode::UNAUTHORIZED;
    let mut response = error.into_response();
    if challenge {
        let scheme = HeaderValue::from_static("Basic realm=\"client\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

fn wrong_method() -> Response {
    let error = OAuthError {
        status: StatusCode::METHOD_NOT_ALLOWED,
        ..OAuthError::new("invalid_request", "this endpoint takes POST")
    };
    let mut response = error.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}

/// Pages of every origin may ask: nothing here looks at cookies, and the answers are not for caches.
fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type, Accept, MCP-Protocol-Version"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}
