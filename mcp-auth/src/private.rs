//! Everything generated code may call, and nothing else. No promise of stability.

pub use core::{
    option::Option::{None, Some},
    result::Result::{self, Err, Ok},
};
pub use rmcp::model::{Icon, MetaObject};
pub use serde_json::{Error as JsonError, Value};

pub use crate::{
    authorize::{Access, Scope, ScopeInfo, checks::*, declaration::*},
    extract::{
        Argument, ArgumentDefinition, AsExtractor, AsInput, FromToolCall, Input, Keeping, Keeps, KeepsNot,
        Kind, Making, Marking, NotExtracted, NotKept, Otherwise, Plain, Prepare, Prepared, TakesNoToken,
        TakesToken, Unmarked,
    },
    tool::{
        Annotations, Begin, Failed, Groups, Holds, IntoToolResult, ListPolicy, Listed, NoResult, NotATool,
        Outcome, OutcomeFuture, Returned, Server, ServerDefinition, ToolCall, ToolDefinition, ToolError,
        ToolFailure, ToolsOf, Untold, UpstreamDefinition, check_listed,
    },
    transport::{FindHandler, Handler, NoHandler, OwnHandler},
};

#[cfg(feature = "authorization-server")]
pub use crate::upstream::HasUpstream;

use std::{future::Future, marker::PhantomData};

use rmcp::model::CallToolResponse;
use serde::Serialize;

/// Scope words.
pub type Words = &'static [ScopeInfo];
/// `default(…)`.
pub type DefaultAccess = Option<Access>;
/// Scope words, per argument.
pub type WordLists = &'static [Words];
/// Scope words, per argument, per tool.
pub type WordGroups = &'static [WordLists];

/// Asks whether `S` can be shared between threads; resolved like [`Kind`].
///
/// A server that cannot is one error at its `impl Server`, and not one more at each of its tools.
pub struct Sharing<S>(PhantomData<S>);

impl<S: Sync> Sharing<S> {
    /// Shadows [`NotShared::TAG`].
    pub const TAG: Shared = Shared;
}

/// The fallback of [`Sharing`].
pub trait NotShared {
    /// `S` is not `Sync`.
    const TAG: Unshared = Unshared;
}

impl<S> NotShared for Sharing<S> {}

/// `S` is `Sync`.
pub struct Shared;

/// `S` is not `Sync`.
pub struct Unshared;

impl Shared {
    /// Demands that a tool's future can move between threads, so that rustc shows what keeps it from that.
    ///
    /// The opaque return type keeps the demand here: what awaits it does not look inside again.
    pub fn spawnable<F: Future + Send>(&self, future: F) -> impl Future<Output = F::Output> + Send + use<F> {
        future
    }

    /// The call of an asynchronous tool.
    pub fn answered<'a, F: Future + Send + 'a>(
        &self,
        future: F,
        respond: fn(F::Output) -> Outcome,
    ) -> OutcomeFuture<'a> {
        OutcomeFuture::answered(Box::pin(future), respond)
    }

    /// The call of a part's tool.
    pub fn run<'a, S: Sync>(
        &self,
        tool: &'static ToolDefinition<S>,
        server: &'a S,
        call: &'a ToolCall,
    ) -> OutcomeFuture<'a> {
        tool.run(server, call)
    }
}

impl Unshared {
    /// Never used: the server does not compile.
    pub fn spawnable<F: Future>(&self, _future: F) -> impl Future<Output = F::Output> + use<F> {
        std::future::pending()
    }

    /// Never used: the server does not compile.
    pub fn answered<'a, F: Future + 'a>(
        &self,
        _future: F,
        _respond: fn(F::Output) -> Outcome,
    ) -> OutcomeFuture<'a> {
        OutcomeFuture::new(std::future::pending())
    }

    /// Never used: the server does not compile.
    pub fn run<'a, S>(
        &self,
        _tool: &'static ToolDefinition<S>,
        _server: &'a S,
        _call: &'a ToolCall,
    ) -> OutcomeFuture<'a> {
        OutcomeFuture::new(std::future::pending())
    }
}

/// A tool's return value as its answer.
pub fn respond<T: IntoToolResult>(value: T) -> Result<CallToolResponse, Failed<T::Error>> {
    value.into_tool_result().map_err(Failed)
}

/// The default of an argument, as JSON: the input schema shows it.
#[expect(clippy::needless_pass_by_value, reason = "generated code writes the value, not a reference to it")]
pub fn default_value<T: DefaultValue>(value: T) -> Result<Value, JsonError> {
    value.to_json()
}

/// `T::default()` as the default of an argument.
pub fn default_of<T: DefaultValue + Default>() -> Result<Value, JsonError> {
    T::default().to_json()
}

/// The type of an argument with a default.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the default of a tool's argument",
    label = "the default is shown to clients as JSON",
    note = "derive `serde::Serialize` for `{Self}`, or take an `Option` and decide in the tool"
)]
pub trait DefaultValue {
    /// The value as the client would send it.
    fn to_json(&self) -> Result<Value, JsonError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> DefaultValue for T {
    fn to_json(&self) -> Result<Value, JsonError> {
        serde_json::to_value(self)
    }
}
