//! `Granted` as an argument.

use super::{Extractor, FromToolCall, OptionalFromToolCall};
use crate::{
    authorize::{Granted, Scope, ScopeInfo},
    tool::{ToolCall, ToolError},
};

impl<T> Extractor for Granted<T> {}

impl<S: Sync, T: Scope> FromToolCall<S> for Granted<T> {
    const SCOPES: &'static [ScopeInfo] = &[T::INFO];
    const NEEDS_IDENTITY: bool = true;
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    /// The tool's rule has demanded the scope. An extractor of the user's that calls this one may have forgotten to.
    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        call.granted().ok_or_else(ToolError::forbidden)
    }
}

impl<S: Sync, T: Scope> OptionalFromToolCall<S> for Granted<T> {
    const SCOPES: &'static [ScopeInfo] = &[T::INFO];
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    async fn optional_from_tool_call(_server: &S, call: &ToolCall) -> Result<Option<Self>, ToolError> {
        Ok(call.granted())
    }
}
