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

/// One `FromToolCall` per part: `part!(Type, |call| value)`.
macro_rules! part {
    ($part:ty, |$call:ident| $value:expr) => {
        impl Extractor for $part {}

        impl<S: Sync> FromToolCall<S> for $part {
            async fn from_tool_call(_server: &S, $call: &ToolCall) -> Result<Self, ToolError> {
                Ok($value)
            }
        }
    };
}

part!(RequestContext<RoleServer>, |call| call.context().clone());
part!(Peer<RoleServer>, |call| call.context().peer.clone());
part!(CancellationToken, |call| call.context().ct.clone());
part!(RequestMetaObject, |call| call.context().meta.clone());
part!(Extensions, |call| call.context().extensions.clone());
part!(NumberOrString, |call| call.context().id.clone());
part!(RequestIdPart, |call| RequestIdPart(call.context().id.clone()));
part!(JsonObject, |call| call.arguments().clone());
part!(InputResponses, |call| InputResponses(call.input_responses().cloned()));
part!(RequestState, |call| RequestState(call.request_state().map(str::to_owned)));
part!(ToolName, |call| ToolName(call.name.clone()));

impl<T> Extractor for Extension<T> {}

impl<S: Sync, T: Clone + Send + Sync + 'static> FromToolCall<S> for Extension<T> {
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

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        input::read_whole(call).map(Parameters)
    }
}
