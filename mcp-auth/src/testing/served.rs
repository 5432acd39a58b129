//! The routes of a test issuer on loopback: metadata (RFC 8414) and keys, counted, and answered as told.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, body::Body, routing::get};
use http::{Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::issuer::{Shared, lock};
use crate::{
    Limits,
    transport::{Bound, Shutdown},
};

/// Serves until the task is aborted.
pub(super) fn serve(
    listener: TcpListener,
    (metadata, keys): (String, String),
    shared: Arc<Shared>,
) -> JoinHandle<()> {
    let of_keys = Arc::clone(&shared);
    let router = Router::new()
        .without_v07_checks()
        .route(
            &metadata,
            get(move || {
                answer(Arc::clone(&shared), |shared| (&shared.metadata_fetches, shared.metadata.clone()))
            }),
        )
        .route(
            &keys,
            get(move || {
                answer(Arc::clone(&of_keys), |shared| {
                    (&shared.key_fetches, json!({ "keys": *lock(&shared.keys) }))
                })
            }),
        );
    let bound = Bound::new(listener, router, Shutdown::default(), Limits::default(), Vec::new());
    let bound = bound.unwrap_or_else(|error| panic!("a test issuer cannot be served: {error}"));
    tokio::spawn(bound.run_until(pending()))
}

async fn answer(shared: Arc<Shared>, of: impl FnOnce(&Shared) -> (&AtomicU64, Value)) -> Response<Body> {
    let outage = *lock(&shared.outage);
    let (fetches, document) = of(&shared);
    fetches.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(outage.delay).await;
    let status = outage.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default();
    let body = if outage.status.is_some() { Body::empty() } else { Body::from(document.to_string()) };
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(body).unwrap_or_default()
}
