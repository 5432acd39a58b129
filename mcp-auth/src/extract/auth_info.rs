//! `AuthInfo` as an argument.

use super::{Extractor, FromToolCall, OptionalFromToolCall};
use crate::{
    AuthInfo,
    tool::{ToolCall, ToolError},
};

impl Extractor for AuthInfo {}

impl<S: Sync> FromToolCall<S> for AuthInfo {
    const NEEDS_IDENTITY: bool = true;

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        call.auth().cloned().ok_or_else(ToolError::forbidden)
    }
}

impl<S: Sync> OptionalFromToolCall<S> for AuthInfo {
    async fn optional_from_tool_call(_server: &S, call: &ToolCall) -> Result<Option<Self>, ToolError> {
        Ok(call.auth().cloned())
    }
}
