//! What a tool may return.

use std::{convert::Infallible, sync::Arc};

use rmcp::{
    handler::server::{tool::schema_for_output, wrapper::Json},
    model::{
        CallToolResponse, CallToolResult, ContentBlock, CreateTaskResult, InputRequiredResult, JsonObject,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::ToolError;

/// The error of a tool that cannot fail.
pub type NoError = Infallible;

/// A value that a tool may return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "not a tool result",
    note = "return `Json<T>` for data, a string or number, rmcp's content types, or a `Result` of one of these"
)]
pub trait IntoToolResult: Sized {
    /// Its error: [`NoError`], or the `E` of a `Result<T, E>`.
    type Error;

    /// The schema of its structured content, if it has any.
    fn output_schema() -> Option<Arc<JsonObject>> {
        None
    }

    /// The answer to the client.
    fn into_tool_result(self) -> Result<CallToolResponse, Self::Error>;
}

impl<T: IntoToolResult<Error = NoError>, E> IntoToolResult for Result<T, E> {
    type Error = E;

    fn output_schema() -> Option<Arc<JsonObject>> {
        T::output_schema()
    }

    fn into_tool_result(self) -> Result<CallToolResponse, E> {
        let value = self?;
        match value.into_tool_result() {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}

/// `plain!(Type, |value| response)`
macro_rules! plain {
    ($($type:ty),+ => |$value:ident| $response:expr) => {$(
        impl IntoToolResult for $type {
            type Error = NoError;

            fn into_tool_result(self) -> Result<CallToolResponse, NoError> {
                let $value = self;
                Ok($response.into())
            }
        }
    )+};
}

plain!(() => |_nothing| CallToolResult::success(Vec::new()));
plain!(String, &str, std::borrow::Cow<'_, str>, char, bool => |value| text(&value));
plain!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64 => |value| text(&value));
plain!(ContentBlock => |block| CallToolResult::success(vec![block]));
plain!(Vec<ContentBlock> => |blocks| CallToolResult::success(blocks));
plain!(CallToolResult, CallToolResponse, InputRequiredResult, CreateTaskResult => |result| result);

fn text(value: &impl ToString) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(value.to_string())])
}

/// The member that holds a result which is no JSON object, so that every protocol version takes it.
const WRAPPED: &str = "result";

impl<T: Serialize + JsonSchema + 'static> IntoToolResult for Json<T> {
    type Error = NoError;

    fn output_schema() -> Option<Arc<JsonObject>> {
        let schema = schema_for_output::<T>();
        if is_object(&schema) {
            return Some(schema);
        }
        Some(Arc::new(wrapped_schema((*schema).clone())))
    }

    fn into_tool_result(self) -> Result<CallToolResponse, NoError> {
        let wrap = !is_object(&schema_for_output::<T>());
        Ok(match serde_json::to_value(self.0) {
            Ok(value) if wrap => CallToolResult::structured(json!({ WRAPPED: value })).into(),
            Ok(value) => CallToolResult::structured(value).into(),
            // Only a broken `Serialize` gets here (a map with keys that are no strings): the developer's to mend.
            Err(error) => {
                tracing::error!(%error, r#type = std::any::type_name::<T>(), "a tool's result cannot be written as JSON");
                CallToolResult::error(vec![ContentBlock::text(
                    "internal error: the result cannot be written as JSON",
                )])
                .into()
            }
        })
    }
}

fn is_object(schema: &JsonObject) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

/// `$defs` stay at the root, where the references inside point.
fn wrapped_schema(mut inner: JsonObject) -> JsonObject {
    let mut root = JsonObject::new();
    for key in ["$schema", "$defs"] {
        if let Some(value) = inner.remove(key) {
            root.insert(key.to_owned(), value);
        }
    }
    root.insert("type".to_owned(), json!("object"));
    root.insert("properties".to_owned(), json!({ WRAPPED: inner }));
    root.insert("required".to_owned(), json!([WRAPPED]));
    root
}

/// Asks how a tool's error becomes a [`ToolError`]; resolved like [`Kind`](crate::extract::Kind).
pub struct Telling<E>(std::marker::PhantomData<E>);

impl<E: super::TellClient> Telling<E> {
    /// Shadows [`Untold::CONVERT`].
    pub const CONVERT: fn(E) -> ToolError = |error| ToolError::tell(error.tell_client());
}

/// The fallback of [`Telling`].
pub trait Untold<E: Into<ToolError>> {
    /// `Into<ToolError>`.
    const CONVERT: fn(E) -> ToolError = E::into;
}

impl<E: Into<ToolError>> Untold<E> for Telling<E> {}
