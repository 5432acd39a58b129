//! rmcp's streamable HTTP service as we run it.

use std::{convert::Infallible, sync::Arc};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body_util::{Full, combinators::BoxBody};
use rmcp::transport::streamable_http_server::{
    SessionManager, StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use tokio_util::sync::CancellationToken;

use super::{Guarded, asking::asked_by, direct::Direct};
use crate::{authorize::Caller, transport::direct::DirectCall};

/// The protocol work behind the gate.
#[derive(Clone)]
pub(crate) struct McpService {
    http: Arc<StreamableHttpService<Guarded, LocalSessionManager>>,
    sessions: Arc<LocalSessionManager>,
    direct: Arc<Direct>,
    /// Whether a tool may exist for one caller and not for another.
    hides: bool,
}

impl McpService {
    /// `shutdown` ends sessions and streams.
    pub(crate) fn new(guarded: Guarded, body_size: usize, shutdown: CancellationToken) -> Self {
        let mut config = StreamableHttpServerConfig::default();
        // Host and Origin have been checked by the gate, once, from the configuration.
        config.allowed_hosts = Vec::new();
        config.json_response = true;
        config.max_request_body_bytes = body_size;
        config.cancellation_token = shutdown.clone();
        let sessions = Arc::new(LocalSessionManager::default());
        let hides = guarded.hides();
        let direct = Arc::new(Direct::new(guarded.clone(), shutdown));
        let factory = move || Ok(guarded.clone());
        let http = Arc::new(StreamableHttpService::new(factory, Arc::clone(&sessions), config));
        Self { http, sessions, direct, hides }
    }

    pub(crate) async fn handle(&self, request: Request<Full<Bytes>>) -> Response<BoxBody<Bytes, Infallible>> {
        // Boxed: rmcp's future is some KB, and each wrapper of ours that holds it is moved on the way to axum.
        match request.extensions().get::<Caller>().cloned() {
            Some(caller) if self.hides => Box::pin(asked_by(caller, self.http.handle(request))).await,
            _ => Box::pin(self.http.handle(request)).await,
        }
    }

    /// A call that needs nothing of rmcp's transport; `parts` say who calls.
    pub(crate) async fn call(&self, call: DirectCall, parts: Parts) -> Response<Body> {
        self.direct.call(call, parts).await
    }

    /// Ends a session and its streams.
    pub(crate) async fn end_session(&self, id: &str) {
        if let Err(error) = self.sessions.close_session(&Arc::from(id)).await {
            tracing::warn!(%error, "a session could not be ended");
        }
    }

    /// Whether rmcp still knows this session.
    pub(crate) async fn has_session(&self, id: &str) -> bool {
        self.sessions.has_session(&Arc::from(id)).await.unwrap_or(false)
    }
}
