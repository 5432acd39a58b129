//! The server itself, for tools without a receiver.

use super::{Extractor, FromToolCall};
use crate::tool::{ToolCall, ToolError};

/// A clone of the server that owns the tool, like axum's `State`: for a tool without `&self`.
///
/// As an argument: `State(notes): State<Notes>`.
#[derive(Debug, Clone, Copy)]
pub struct State<S>(pub S);

impl<S> Extractor for State<S> {}

impl<S: Clone + Send + Sync> FromToolCall<S> for State<S> {
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    async fn from_tool_call(server: &S, _call: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self(server.clone()))
    }
}
