//! The server itself, for tools that are free functions.

use super::{Extractor, FromToolCall};
use crate::tool::{ToolCall, ToolError};

/// A clone of the server that owns the tool, as axum's `State`.
#[derive(Debug, Clone, Copy)]
pub struct State<S>(pub S);

impl<S> Extractor for State<S> {}

impl<S: Clone + Send + Sync> FromToolCall<S> for State<S> {
    async fn from_tool_call(server: &S, _call: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self(server.clone()))
    }
}
