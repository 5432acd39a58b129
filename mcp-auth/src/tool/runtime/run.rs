//! What runs behind a tool that was not there when the server was compiled.

use std::{future::Future, marker::PhantomData, sync::Arc};

use rmcp::{
    ErrorData,
    handler::server::{router::tool::ToolRoute, tool::ToolCallContext},
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorCode},
};

use crate::tool::{
    IntoToolResult, Outcome, OutcomeFuture, ToolCall, ToolDefinition, ToolError, ToolFailure,
    table::{AnyServer, Run},
};

/// A tool of `#[server]`.
pub(in crate::tool) struct Compiled<S: 'static>(pub(in crate::tool) &'static ToolDefinition<S>);

impl<S: Send + Sync> Run for Compiled<S> {
    fn run<'a>(&'a self, server: &'a AnyServer, call: &'a ToolCall) -> OutcomeFuture<'a> {
        match server.downcast_ref::<S>() {
            Some(server) => self.0.run(server, call),
            None => another_server(),
        }
    }
}

/// A function or closure.
pub(super) struct Handler<S, H, R>(H, PhantomData<fn(S) -> R>);

impl<S, H, R> Handler<S, H, R> {
    pub(super) fn new(handler: H) -> Self {
        Self(handler, PhantomData)
    }
}

impl<S, H, R, F> Run for Handler<S, H, R>
where
    S: Send + Sync + 'static,
    H: Fn(Arc<S>, ToolCall) -> F + Send + Sync,
    F: Future<Output = R> + Send,
    R: IntoToolResult + 'static,
    R::Error: ToolFailure,
{
    fn run<'a>(&'a self, server: &'a AnyServer, call: &'a ToolCall) -> OutcomeFuture<'a> {
        let Ok(server) = Arc::clone(server).downcast::<S>() else { return another_server() };
        // Called inside of the future: what panics before the first `await` panics there as well.
        let call = call.clone();
        OutcomeFuture::new(async move {
            (self.0)(server, call).await.into_tool_result().map_err(ToolFailure::into_tool_error)
        })
    }
}

/// A route of rmcp's router.
pub(super) struct Route<S>(pub(super) ToolRoute<S>);

impl<S: Send + Sync + 'static> Run for Route<S> {
    fn run<'a>(&'a self, server: &'a AnyServer, call: &'a ToolCall) -> OutcomeFuture<'a> {
        let Some(server) = server.downcast_ref::<S>() else { return another_server() };
        OutcomeFuture::new(async move {
            let mut request = CallToolRequestParams::new(call.name.clone());
            request.arguments = Some(call.arguments.clone());
            request.input_responses.clone_from(&call.input_responses);
            request.request_state.clone_from(&call.request_state);
            let context = ToolCallContext::new(server, request, call.context.clone());
            (self.0.call)(context).await.or_else(unfit)
        })
    }
}

/// What rmcp's own router makes of a route's error: arguments that do not fit are the model's to mend.
fn unfit(error: ErrorData) -> Outcome {
    const UNFIT: &str = "failed to deserialize parameters:";
    if error.code == ErrorCode::INVALID_PARAMS && error.message.starts_with(UNFIT) {
        return Ok(CallToolResponse::from(CallToolResult::error(vec![ContentBlock::text(error.message)])));
    }
    Err(error.into())
}

/// Handles are typed, so this cannot happen; if it did, nothing would run.
fn another_server<'a>() -> OutcomeFuture<'a> {
    OutcomeFuture::ready(Err(ToolError::opaque("the tool belongs to another type of server")))
}
