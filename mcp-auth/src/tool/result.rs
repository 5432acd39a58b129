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

use super::{ToolError, failure, schema};

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
        Some(Arc::new(schema::wrapped::<T>(WRAPPED)))
    }

    fn into_tool_result(self) -> Result<CallToolResponse, NoError> {
        let wrap = !is_object(&schema_for_output::<T>());
        Ok(match serde_json::to_value(self.0) {
            Ok(value) if wrap => CallToolResult::structured(json!({ WRAPPED: value })).into(),
            Ok(value) => CallToolResult::structured(value).into(),
            // Only a broken `Serialize` gets here (a map with keys that are no strings): the developer's to mend.
            Err(error) => {
                let text = failure::opaque(std::any::type_name::<T>(), &error.to_string());
                CallToolResult::error(vec![ContentBlock::text(text)]).into()
            }
        })
    }
}

fn is_object(schema: &JsonObject) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

/// A tool's own error on its way to a [`ToolError`].
///
/// `to_tool_error` is an inherent method where `E: TellClient`, otherwise the method of the trait [`Untold`]:
/// resolved like [`Kind`](crate::extract::Kind).
pub struct Failed<E>(pub(crate) E);

impl<E: super::TellClient> Failed<E> {
    /// Shadows [`Untold::to_tool_error`].
    pub fn to_tool_error(self) -> ToolError {
        ToolError::tell(self.0.tell_client())
    }
}

/// The fallback of [`Failed`].
pub trait Untold<E>: Sized {
    /// What is not meant for the client reaches the log.
    fn to_tool_error(self) -> ToolError
    where
        E: ToolFailure;
}

impl<E> Untold<E> for Failed<E> {
    fn to_tool_error(self) -> ToolError
    where
        E: ToolFailure,
    {
        self.0.into_tool_error()
    }
}

/// The error type of a tool: everything that is `Into<ToolError>`.
#[diagnostic::on_unimplemented(
    message = "a tool cannot fail with `{Self}`",
    label = "its error cannot become a `ToolError`",
    note = "implement `std::error::Error` (for the log) or `mcp_auth::TellClient` (for the client) for `{Self}`",
    note = "or return `mcp_auth::ToolError`"
)]
pub trait ToolFailure {
    /// The error for the log.
    fn into_tool_error(self) -> ToolError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<ToolError>> ToolFailure for E {
    fn into_tool_error(self) -> ToolError {
        self.into()
    }
}

/// Asks for the output schema of a tool's return type without demanding that it is a tool result: the one demand is
/// that of [`respond`](crate::private::respond). Resolved like [`Kind`](crate::extract::Kind).
pub struct Returned<R>(std::marker::PhantomData<R>);

impl<R: IntoToolResult> Returned<R> {
    /// Shadows [`NoResult::OUTPUT`].
    pub const OUTPUT: fn() -> Option<Arc<JsonObject>> = R::output_schema;
}

/// The fallback of [`Returned`].
pub trait NoResult {
    /// There is no schema.
    const OUTPUT: fn() -> Option<Arc<JsonObject>> = || None;
}

impl<R> NoResult for Returned<R> {}
