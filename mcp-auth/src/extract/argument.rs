//! Extractor or input: decided once per argument, by the trait system.
//!
//! `Kind::<T>::TAG` is an inherent constant where `T: Extractor` and falls back to the constant of the trait
//! [`Otherwise`] where it is not. That keeps each bound in one place, so that a bad argument gives one error, at its
//! type. It works on concrete types only, which is why tools and servers cannot be generic.

use std::{
    future::{Future, ready},
    marker::PhantomData,
    pin::Pin,
};

use futures_util::FutureExt;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Extractor, FromToolCall, Making, Prepare, Prepared};
use crate::{
    authorize::ScopeInfo,
    tool::{ToolCall, ToolError, input},
};

/// Asks whether `T` is an extractor.
pub struct Kind<T>(PhantomData<T>);

impl<T: Extractor> Kind<T> {
    /// Shadows [`Otherwise::TAG`].
    pub const TAG: AsExtractor = AsExtractor;
}

/// The fallback of [`Kind`].
pub trait Otherwise {
    /// Everything that is no extractor is an input.
    const TAG: AsInput = AsInput;
}

impl<T> Otherwise for Kind<T> {}

/// Asks whether `T` is extracted on `S`; resolved like [`Kind`].
///
/// An `impl FromToolCall` without the marker is an error at that `impl`. This keeps the argument from becoming a
/// second one.
pub struct Marking<T, S>(PhantomData<(T, S)>);

impl<T: FromToolCall<S>, S> Marking<T, S> {
    /// Shadows [`NotExtracted::TAG`].
    pub const TAG: Unmarked = Unmarked;
}

/// The fallback of [`Marking`].
pub trait NotExtracted {
    /// `T` is not extracted on `S`.
    const TAG: Plain = Plain;
}

impl<T, S> NotExtracted for Marking<T, S> {}

/// `T` is an extractor.
#[derive(Clone, Copy)]
pub struct AsExtractor;

/// `T` is an input.
#[derive(Clone, Copy)]
pub struct AsInput;

/// `T` is an input and nothing else.
#[derive(Clone, Copy)]
pub struct Plain;

/// `T` is an extractor that lacks its marker; the server does not compile.
#[derive(Clone, Copy)]
pub struct Unmarked;

impl AsExtractor {
    /// The marker is there.
    #[must_use]
    pub const fn unless<M: Copy>(self, _marking: M) -> Self {
        self
    }

    /// The argument `T` of a tool of server `S`.
    pub const fn argument<T: FromToolCall<S>, S>(self) -> Argument<T, S> {
        Argument {
            scopes: T::SCOPES,
            optional_scopes: T::OPTIONAL_SCOPES,
            needs_identity: T::NEEDS_IDENTITY,
            takes_upstream: T::TAKES_UPSTREAM,
            definition: ArgumentDefinition {
                whole: T::WHOLE_INPUT,
                needs_peer: T::NEEDS_PEER,
                ..ArgumentDefinition::UNNAMED
            },
            source: if T::IS_READY {
                Source::Extracted(|server, call| {
                    let ready = T::from_tool_call(server, call).now_or_never();
                    ready.unwrap_or_else(|| Err(ToolError::opaque("an argument that has to be waited for")))
                })
            } else {
                Source::Awaited(|server, call| Box::pin(T::from_tool_call(server, call)))
            },
        }
    }
}

impl AsInput {
    /// An input, unless it lacks its marker.
    pub const fn unless<M: Copy>(self, marking: M) -> M {
        marking
    }
}

impl Plain {
    /// The argument `T` of a tool of server `S`.
    pub const fn argument<T: Input, S>(self) -> Argument<T, S> {
        Argument {
            scopes: &[],
            optional_scopes: &[],
            needs_identity: false,
            takes_upstream: false,
            definition: ArgumentDefinition {
                schema: Some(T::schema),
                optional: Some(T::is_optional),
                ..ArgumentDefinition::UNNAMED
            },
            source: Source::Input(T::from_json),
        }
    }
}

impl Unmarked {
    /// Never used.
    pub const fn argument<T, S>(self) -> Argument<T, S> {
        Argument {
            scopes: &[],
            optional_scopes: &[],
            needs_identity: false,
            takes_upstream: false,
            definition: ArgumentDefinition::UNNAMED,
            source: Source::Input(|_| Err(serde::de::Error::custom("not an input"))),
        }
    }
}

/// A value that a client may send: `Deserialize` and `JsonSchema`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an extractor nor a tool input",
    label = "not a tool argument",
    note = "derive `serde::Deserialize` and `schemars::JsonSchema` for it, or implement `mcp_auth::FromToolCall`"
)]
pub trait Input: Sized {
    /// Reads the value; `None` where the client sent nothing.
    fn from_json(value: Option<&Value>) -> Result<Self, serde_json::Error>;
    /// Its place in the tool's input schema.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
    /// Whether it can be left out.
    fn is_optional() -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send> Input for T {
    fn from_json(value: Option<&Value>) -> Result<Self, serde_json::Error> {
        match value {
            Some(value) => T::deserialize(value),
            None => T::deserialize(input::Missing),
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn is_optional() -> bool {
        T::deserialize(input::Missing).is_ok()
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ToolError>> + Send + 'a>>;

enum Source<T, S> {
    Extracted(fn(&S, &ToolCall) -> Result<T, ToolError>),
    Awaited(for<'a> fn(&'a S, &'a ToolCall) -> BoxFuture<'a, T>),
    Input(fn(Option<&Value>) -> Result<T, serde_json::Error>),
}

/// How one argument is made. It carries no bound, so that what uses it adds no second error.
pub struct Argument<T, S> {
    /// The scopes that taking it requires.
    pub scopes: &'static [ScopeInfo],
    /// The scopes that it looks at and does not require.
    pub optional_scopes: &'static [ScopeInfo],
    /// Whether it needs a verified identity.
    pub needs_identity: bool,
    /// Whether it takes a provider's token by itself.
    pub takes_upstream: bool,
    /// What a client sees of it.
    pub definition: ArgumentDefinition,
    source: Source<T, S>,
}

/// One argument as the tool's table keeps it: what a client sees of it.
#[derive(Clone, Copy)]
pub struct ArgumentDefinition {
    pub(crate) name: &'static str,
    pub(crate) description: Option<&'static str>,
    pub(crate) default: Option<fn() -> Result<Value, serde_json::Error>>,
    pub(crate) schema: Option<fn(&mut SchemaGenerator) -> Schema>,
    pub(crate) whole: Option<fn(&mut SchemaGenerator) -> Schema>,
    pub(crate) optional: Option<fn() -> bool>,
    pub(crate) needs_peer: bool,
}

impl ArgumentDefinition {
    const UNNAMED: Self = Self {
        name: "",
        description: None,
        default: None,
        schema: None,
        whole: None,
        optional: None,
        needs_peer: false,
    };

    /// The name in the tool's JSON input.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the input is for.
    pub const fn description(&self) -> Option<&'static str> {
        self.description
    }

    /// Whether it is read from the tool's JSON input.
    pub const fn is_input(&self) -> bool {
        self.schema.is_some()
    }

    /// What stands in for an input that was left out.
    pub fn default(&self) -> Result<Option<Value>, serde_json::Error> {
        self.default.map(|default| default()).transpose()
    }
}

impl<T, S> Argument<T, S> {
    /// Whether it is read from the tool's JSON input.
    pub const fn is_input(&self) -> bool {
        self.definition.is_input()
    }

    /// Whether it is the tool's whole JSON input.
    pub const fn is_whole(&self) -> bool {
        self.definition.whole.is_some()
    }

    /// With its name in the JSON input, its description, and what stands in for a value left out.
    #[must_use]
    pub const fn named(
        mut self,
        name: &'static str,
        description: Option<&'static str>,
        default: Option<fn() -> Result<Value, serde_json::Error>>,
    ) -> Self {
        self.definition.name = name;
        self.definition.description = description;
        self.definition.default = default;
        self
    }
}

impl<T: 'static, S> Argument<T, S> {
    /// Makes the argument for one call, or takes what was made ahead.
    pub fn get(&self, server: &S, call: &ToolCall, prepared: &mut Prepared) -> Result<T, ToolError> {
        match prepared.next() {
            Some(made) => made,
            None => self.now(server, call),
        }
    }
}

impl<T, S> Argument<T, S> {
    fn now(&self, server: &S, call: &ToolCall) -> Result<T, ToolError> {
        match self.source {
            Source::Extracted(extract) => extract(server, call),
            Source::Input(read) => input::read(&self.definition, call, read),
            Source::Awaited(_) => Err(ToolError::opaque("an argument was not waited for")),
        }
    }
}

impl<T: Send + 'static, S> Prepare<S> for Argument<T, S> {
    fn waits(&self) -> bool {
        matches!(self.source, Source::Awaited(_))
    }

    fn make<'a>(&'a self, server: &'a S, call: &'a ToolCall) -> Making<'a> {
        match self.source {
            Source::Awaited(make) => Box::pin(make(server, call).map(|made| Ok(Box::new(made?) as _))),
            _ => Box::pin(ready(self.now(server, call).map(|made| Box::new(made) as _))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{rc::Rc, sync::Arc};

    use super::*;

    /// It can be read from JSON, and must not be.
    #[derive(serde::Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its kind is asked for")]
    struct Tenant(String);

    impl Extractor for Tenant {}

    /// The types are the test: each line compiles for an extractor only, or for an input only.
    #[test]
    fn what_wraps_an_extractor_is_no_input() {
        let _: [AsExtractor; 8] = [
            Kind::<Tenant>::TAG,
            Kind::<Option<Option<Tenant>>>::TAG,
            Kind::<Box<Tenant>>::TAG,
            Kind::<Rc<Tenant>>::TAG,
            Kind::<Arc<Option<Tenant>>>::TAG,
            Kind::<Result<Tenant, String>>::TAG,
            Kind::<crate::Json<Tenant>>::TAG,
            Kind::<(Tenant,)>::TAG,
        ];
        let _: [AsInput; 3] = [Kind::<Box<str>>::TAG, Kind::<Arc<u8>>::TAG, Kind::<Result<u8, String>>::TAG];
    }
}
