//! `Option<T>` of an extractor: `None` where the request has nothing to make it from.

use std::future::Future;

use super::{Extractor, FromToolCall};
use crate::{
    authorize::ScopeInfo,
    tool::{ToolCall, ToolError},
};

/// An extractor that can be absent, taken as `Option<Self>`.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` cannot be extracted",
    label = "not optional",
    note = "implement `OptionalFromToolCall` for `{Self}`, or take `{Self}` itself"
)]
pub trait OptionalFromToolCall<S>: Extractor + Sized + Send {
    /// Scopes without which it is absent.
    const SCOPES: &'static [ScopeInfo] = &[];

    /// As [`FromToolCall::TAKES_UPSTREAM`].
    const TAKES_UPSTREAM: bool = false;

    /// As [`FromToolCall::NEEDS_PEER`].
    const NEEDS_PEER: bool = true;

    /// As `FromToolCall::IS_READY`.
    #[doc(hidden)]
    const IS_READY: bool = false;

    /// Makes the value, or `None`.
    fn optional_from_tool_call<'a>(
        server: &'a S,
        call: &'a ToolCall,
    ) -> impl Future<Output = Result<Option<Self>, ToolError>> + Send + 'a;
}

impl<S, T: OptionalFromToolCall<S>> FromToolCall<S> for Option<T> {
    const OPTIONAL_SCOPES: &'static [ScopeInfo] = T::SCOPES;
    const TAKES_UPSTREAM: bool = T::TAKES_UPSTREAM;
    const NEEDS_PEER: bool = T::NEEDS_PEER;
    const IS_READY: bool = T::IS_READY;

    fn from_tool_call<'a>(
        server: &'a S,
        call: &'a ToolCall,
    ) -> impl Future<Output = Result<Self, ToolError>> + Send + 'a {
        T::optional_from_tool_call(server, call)
    }
}
