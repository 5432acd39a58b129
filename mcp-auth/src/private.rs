//! Everything generated code may call, and nothing else. No promise of stability.

pub use rmcp::{self, model::Icon, model::MetaObject};
pub use serde_json;

pub use crate::{
    authorize::{Access, checks::*},
    extract::{Argument, ArgumentDefinition, AsExtractor, AsInput, FromToolCall, Input, Kind, Otherwise},
    tool::{
        Annotations, Groups, IntoToolResult, Outcome, OutcomeFuture, Server, ServerDefinition, Telling,
        ToolCall, ToolDefinition, ToolError, Untold,
    },
    transport::{Handler, NoHandler, OwnHandler},
};

use std::future::Future;

/// Demands that a tool's future can move between threads, so that rustc shows what keeps it from that.
pub fn spawnable<F: Future + Send>(future: F) -> F {
    future
}

/// A tool's return value as its answer.
pub fn answer<T: IntoToolResult>(value: T, convert: fn(T::Error) -> ToolError) -> Outcome {
    value.into_tool_result().map_err(convert)
}
