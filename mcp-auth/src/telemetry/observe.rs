//! One span and one measurement for each request to a route of ours.

use std::{future::Future, sync::Arc};

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
    routing::MethodRouter,
};
use http::Method;
use tracing::{Instrument as _, field::Empty};

use super::{catalog, time};
use crate::clock::Stopwatch;

/// The route at `path`, observed.
pub(crate) fn observed(path: &str, route: MethodRouter) -> MethodRouter {
    let path: Arc<str> = path.into();
    route.layer(from_fn(move |request: Request, next: Next| {
        let (path, method) = (Arc::clone(&path), known(request.method()));
        async move { observe(&path, method, next.run(request)).await }
    }))
}

/// The answer of the route at `path`, observed. The span names the route and never the URI, whose query may hold a code or a
/// state; the time ends with the head of the answer, as a stream has no end.
pub(crate) async fn observe(
    path: &str,
    method: &'static str,
    answer: impl Future<Output = Response>,
) -> Response {
    let span = tracing::info_span!(
        "request",
        http.request.method = method,
        http.route = path,
        http.response.status_code = Empty
    );
    let begun = Stopwatch::start();
    let response = answer.instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    time(&catalog::REQUEST, begun.elapsed(), || {
        vec![
            ("http.request.method", method.to_owned()),
            ("http.route", path.to_owned()),
            ("http.response.status_code", status.to_string()),
        ]
    });
    response
}

/// A stranger can send any word; those that mean something are told apart.
pub(crate) fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}
