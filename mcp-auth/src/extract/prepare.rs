//! Arguments that have to be waited for.
//!
//! A tool's generated code takes its arguments one after the other and does not wait: inputs are read, and most
//! extractors are ready at once. Where one is not, everything up to it is made before, in order, and handed over.

use std::{any::Any, future::Future, marker::PhantomData, pin::Pin};

use super::Argument;
use crate::tool::{ToolCall, ToolError};

type Value = Box<dyn Any + Send>;

/// A value to be.
pub type Making<'a> = Pin<Box<dyn Future<Output = Result<Value, ToolError>> + Send + 'a>>;

/// An argument that can be made ahead of the call.
pub trait Prepare<S>: Sync {
    /// Whether it has to be: it waits for something.
    fn waits(&self) -> bool;
    /// Makes it.
    fn make<'a>(&'a self, server: &'a S, call: &'a ToolCall) -> Making<'a>;
}

/// Asks whether a `T` can be kept until the others are there; resolved like [`Kind`](super::Kind).
///
/// What cannot is no argument, which is an error at its type. This keeps it from becoming a second one.
pub struct Keeping<T>(PhantomData<T>);

impl<T: Send> Keeping<T> {
    /// Shadows [`NotKept::TAG`].
    pub const TAG: Keeps = Keeps;
}

/// The fallback of [`Keeping`].
pub trait NotKept {
    /// `T` is not `Send`.
    const TAG: KeepsNot = KeepsNot;
}

impl<T> NotKept for Keeping<T> {}

/// `T` can be kept.
pub struct Keeps;

/// `T` cannot be kept; the server does not compile.
pub struct KeepsNot;

impl Keeps {
    /// `argument`, whatever its type.
    pub const fn ahead<T: Send + 'static, S: 'static>(
        &self,
        argument: &'static Argument<T, S>,
    ) -> &'static dyn Prepare<S> {
        argument
    }
}

impl KeepsNot {
    /// Never used.
    pub const fn ahead<T, S: 'static>(&self, _argument: &'static Argument<T, S>) -> &'static dyn Prepare<S> {
        &Self
    }
}

impl<S> Prepare<S> for KeepsNot {
    fn waits(&self) -> bool {
        false
    }

    fn make<'a>(&'a self, _server: &'a S, _call: &'a ToolCall) -> Making<'a> {
        Box::pin(std::future::ready(Err(ToolError::opaque("not an argument"))))
    }
}

/// Values that were made ahead, in the order of the arguments; none for most tools.
#[derive(Default)]
pub struct Prepared(std::vec::IntoIter<Value>);

impl Prepared {
    /// The next value, if it was made ahead.
    pub(super) fn next<T: 'static>(&mut self) -> Option<Result<T, ToolError>> {
        let value = self.0.next()?.downcast();
        Some(value.map_or_else(|_| Err(ToolError::opaque("another argument was made")), |value| Ok(*value)))
    }

    /// Makes what `plan` says, one after the other.
    pub(crate) async fn make(plan: &dyn Plan) -> Result<Self, ToolError> {
        let mut values = Vec::new();
        for argument in 0..plan.len() {
            values.push(plan.make(argument).await?);
        }
        Ok(Self(values.into_iter()))
    }
}

/// The arguments that are made ahead of one call, whatever the type of its server.
pub(crate) trait Plan: Send + Sync {
    fn len(&self) -> usize;
    fn make(&self, argument: usize) -> Making<'_>;
}

/// A call of a tool on a server.
pub(crate) struct Ahead<'a, S: 'static> {
    pub(crate) server: &'a S,
    pub(crate) call: &'a ToolCall,
    pub(crate) arguments: &'a [&'static dyn Prepare<S>],
}

impl<S: Sync> Plan for Ahead<'_, S> {
    /// Up to the last that waits.
    fn len(&self) -> usize {
        self.arguments.iter().rposition(|argument| argument.waits()).map_or(0, |last| last + 1)
    }

    fn make(&self, argument: usize) -> Making<'_> {
        self.arguments[argument].make(self.server, self.call)
    }
}
