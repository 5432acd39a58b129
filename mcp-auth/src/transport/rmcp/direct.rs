//! A call that needs nothing of rmcp's transport: no task, no channel, no way to the client but the answer.

use std::sync::OnceLock;

use axum::body::Body;
use futures_util::{sink, stream};
use http::{HeaderValue, Response, StatusCode, header, request::Parts};
use rmcp::{
    RoleServer, Service,
    model::{
        CallToolRequest, ClientCapabilities, ClientRequest, ErrorCode, Implementation,
        InitializeRequestParams, JsonRpcMessage, ProtocolVersion, ServerJsonRpcMessage,
    },
    service::{Peer, RequestContext, serve_directly},
};
use tokio_util::sync::CancellationToken;
use tracing::dispatcher::{Dispatch, with_default};

use super::Guarded;
use crate::transport::direct::DirectCall;

/// Calls tools by rmcp's own judgement of requests and answers, without its transport.
pub(super) struct Direct {
    guarded: Guarded,
    peer: OnceLock<Peer<RoleServer>>,
    shutdown: CancellationToken,
}

impl Direct {
    pub(super) fn new(guarded: Guarded, shutdown: CancellationToken) -> Self {
        Self { guarded, peer: OnceLock::new(), shutdown }
    }

    /// `parts` say who calls.
    pub(super) async fn call(&self, call: DirectCall, parts: Parts) -> Response<Body> {
        let DirectCall { id, params, meta } = call;
        let mut context = RequestContext::new(id.clone(), self.peer().clone());
        context.meta = meta;
        context.extensions.insert(parts);
        // Cancelled with the answer, or with the caller who does not wait for it.
        let _ended = context.ct.clone().drop_guard();
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        // Boxed: rmcp's future has room for every method.
        let answer = Box::pin(self.guarded.handle_request(request, context));
        let message = match self.shutdown.run_until_cancelled(answer).await {
            Some(Ok(result)) => JsonRpcMessage::response(result, id),
            Some(Err(error)) => JsonRpcMessage::error(error, Some(id)),
            None => return failed("the server stops"),
        };
        respond(&message)
    }

    /// A peer that nobody can talk to.
    fn peer(&self) -> &Peer<RoleServer> {
        self.peer.get_or_init(|| {
            let client =
                InitializeRequestParams::new(ClientCapabilities::default(), Implementation::default())
                    .with_protocol_version(ProtocolVersion::V_2026_07_28);
            let nowhere = (sink::drain(), stream::empty());
            // The task that rmcp starts for it belongs to no request, so it stays out of this one's span.
            with_default(&Dispatch::none(), || {
                serve_directly(self.guarded.clone(), nowhere, Some(client)).peer().clone()
            })
        })
    }
}

fn respond(message: &ServerJsonRpcMessage) -> Response<Body> {
    match serde_json::to_vec(message) {
        Ok(json) => {
            let mut response = Response::new(Body::from(json));
            *response.status_mut() = status(message);
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            response
        }
        Err(error) => failed(&error.to_string()),
    }
}

/// The status that rmcp gives to an error of 2026-07-28; the metadata have been read, so what is wrong is not theirs.
fn status(message: &ServerJsonRpcMessage) -> StatusCode {
    let JsonRpcMessage::Error(error) = message else { return StatusCode::OK };
    match error.error.code {
        ErrorCode::UNSUPPORTED_PROTOCOL_VERSION
        | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
        | ErrorCode::HEADER_MISMATCH => StatusCode::BAD_REQUEST,
        ErrorCode::METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    }
}

/// As rmcp fails: the gate gives it its body.
fn failed(why: &str) -> Response<Body> {
    tracing::error!(why, "a call has no answer");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
