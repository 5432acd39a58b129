//! rmcp's own context parts as arguments.

use rmcp::{
    RoleServer,
    handler::server::{
        common::{Extension, RequestId as RequestIdPart},
        tool::{InputResponses, RequestState, ToolName},
        wrapper::Parameters,
    },
    model::{Extensions, JsonObject, NumberOrString, RequestMetaObject},
    service::{Peer, RequestContext},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::{Extractor, FromToolCall};
use crate::tool::{ToolCall, ToolError, input};

/// One `FromToolCall` per part: `part!(Type, needs_peer, |call| value)`.
macro_rules! part {
    ($part:ty, $needs_peer:literal, |$call:ident| $value:expr) => {
        impl Extractor for $part {}

        impl<S: Sync> FromToolCall<S> for $part {
            const NEEDS_PEER: bool = $needs_peer;
            const IS_READY: bool = true;

            async fn from_tool_call(_server: &S, $call: &ToolCall) -> Result<Self, ToolError> {
                Ok($value)
            }
        }
    };
}

part!(RequestContext<RoleServer>, true, |call| call.context().clone());
part!(Peer<RoleServer>, true, |call| call.context().peer.clone());
part!(CancellationToken, false, |call| call.context().ct.clone());
part!(RequestMetaObject, false, |call| call.context().meta.clone());
part!(Extensions, true, |call| call.context().extensions.clone());
part!(NumberOrString, false, |call| call.context().id.clone());
part!(RequestIdPart, false, |call| RequestIdPart(call.context().id.clone()));
part!(JsonObject, false, |call| call.arguments().clone());
part!(InputResponses, false, |call| InputResponses(call.input_responses().cloned()));
part!(RequestState, false, |call| RequestState(call.request_state().map(str::to_owned)));
part!(ToolName, false, |call| ToolName(call.name.clone()));

impl<T> Extractor for Extension<T> {}

impl<S: Sync, T: Clone + Send + Sync + 'static> FromToolCall<S> for Extension<T> {
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        // What a tower layer put in sits one level deeper, in the HTTP request's parts.
        let extensions = &call.context().extensions;
        let value =
            extensions.get::<T>().or_else(|| extensions.get::<http::request::Parts>()?.extensions.get::<T>());
        value.cloned().map(Extension).ok_or_else(|| {
            ToolError::opaque(format!("no extension of type {} in the request", std::any::type_name::<T>()))
        })
    }
}

/// The whole input as one struct, as in rmcp's own tools.
impl<T> Extractor for Parameters<T> {}

impl<S: Sync, T: DeserializeOwned + JsonSchema + Send + 'static> FromToolCall<S> for Parameters<T> {
    const WHOLE_INPUT: Option<fn(&mut SchemaGenerator) -> Schema> =
        Some(SchemaGenerator::root_schema_for::<T>);
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        input::read_whole(call).map(Parameters)
    }
}
