//! Identity and context as arguments of a tool.
//!
//! An argument is an **extractor** if its type implements the marker [`Extractor`], otherwise an **input** of the
//! tool's JSON schema. The trait system decides, never the name of the type: no JSON value can set an extractor.

mod argument;
mod auth_info;
mod context;
mod context_part;
mod granted;
mod handles;
mod optional;
mod prepare;
mod require;
mod state;
mod takes_token;

use std::future::Future;

pub use argument::{
    Argument, ArgumentDefinition, AsExtractor, AsInput, Input, Kind, Marking, NotExtracted, Otherwise, Plain,
    Unmarked,
};
pub use handles::{Handles, Tickets};
pub use optional::OptionalFromToolCall;
pub(crate) use prepare::{Ahead, Plan};
pub use prepare::{Keeping, Keeps, KeepsNot, Making, NotKept, Prepare, Prepared};
pub use state::State;
pub use takes_token::{TakesNoToken, TakesToken};

use crate::{
    authorize::ScopeInfo,
    tool::{ToolCall, ToolError},
};

/// Marks a type as an extractor: its value comes from the request, never from the tool's JSON input.
///
/// Implement it together with [`FromToolCall`]. It has no conditions on purpose: a type that is an extractor for
/// one server must not become caller-controlled input on another.
///
/// An extractor should not be readable from JSON (`Deserialize`): as a field of an input, in a tuple or in
/// `Parameters<T>` it is whatever the client writes there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` implements `FromToolCall` but is not marked as an extractor",
    label = "the marker `Extractor` is missing",
    note = "add `impl mcp_auth::Extractor for {Self} {{}}`: without it a JSON value could set this argument"
)]
pub trait Extractor {}

impl<T: Extractor> Extractor for Option<T> {}

// What merely wraps an extractor is no input either, whatever can be read from JSON.
impl<T: Extractor + ?Sized> Extractor for Box<T> {}
impl<T: Extractor + ?Sized> Extractor for std::rc::Rc<T> {}
impl<T: Extractor + ?Sized> Extractor for std::sync::Arc<T> {}
impl<T: Extractor, E> Extractor for std::result::Result<T, E> {}
impl<T: Extractor> Extractor for crate::Json<T> {}
impl<T: Extractor> Extractor for (T,) {}

/// Makes a tool's argument out of the call, for the server `S`.
///
/// ```
/// use mcp_auth::{Extractor, FromToolCall, ToolCall, ToolError};
///
/// struct Tenant(String);
///
/// impl Extractor for Tenant {}
///
/// impl<S: Sync> FromToolCall<S> for Tenant {
///     // So that taking it on a `public` tool does not compile.
///     const NEEDS_IDENTITY: bool = true;
///     // It does not talk to the client.
///     const NEEDS_PEER: bool = false;
///
///     async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
///         let user = call.auth().ok_or_else(ToolError::forbidden)?;
///         Ok(Self(user.subject().to_owned()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "server `{S}` cannot provide `{Self}`",
    label = "not available on `{S}`",
    note = "implement `FromToolCall<{S}>` for `{Self}`"
)]
pub trait FromToolCall<S>: Extractor + Sized + Send {
    /// Scopes that taking this argument requires; they count as an access decision of the tool.
    const SCOPES: &'static [ScopeInfo] = &[];

    /// Scopes that this argument looks at and does not require. The server declares them, too.
    const OPTIONAL_SCOPES: &'static [ScopeInfo] = &[];

    /// Whether the argument cannot exist without a verified identity. On a `public` tool that is a compile error.
    const NEEDS_IDENTITY: bool = false;

    /// Whether it takes an [`Upstream<P>`](crate::Upstream) by itself, so that a tool that takes *it* may say what it needs
    /// at the provider: `#[tool(upstream(GitHub, scopes = "repo"))]`.
    const TAKES_UPSTREAM: bool = false;

    /// Whether it talks to the client while the tool runs, by the peer of [`ToolCall::context`]: progress, log messages,
    /// questions. Calls of tools whose arguments all say `false` take a shorter way, at about half of the cost; there the
    /// context's peer is connected to nobody.
    const NEEDS_PEER: bool = true;

    /// Whether [`from_tool_call`](Self::from_tool_call) never waits for anything: its future is ready when it is first
    /// polled.
    #[doc(hidden)]
    const IS_READY: bool = false;

    /// For arguments that are the whole input (`Parameters<T>`): the JSON schema of the tool's input.
    #[doc(hidden)]
    const WHOLE_INPUT: Option<fn(&mut schemars::SchemaGenerator) -> schemars::Schema> = None;

    /// Makes the value, after the tool's access decision has been taken.
    fn from_tool_call<'a>(
        server: &'a S,
        call: &'a ToolCall,
    ) -> impl Future<Output = Result<Self, ToolError>> + Send + 'a;
}
