//! The user's own `impl ServerHandler`, found by the trait system and erased.

use std::{marker::PhantomData, sync::Arc};

use rmcp::ServerHandler;

/// A user's `ServerHandler` without its type.
pub trait OwnHandler: Send + Sync {}

impl<H: ServerHandler> OwnHandler for H {}

/// Asks whether `S` implements rmcp's `ServerHandler`; resolved like [`Kind`](crate::extract::Kind).
pub struct Handler<S>(PhantomData<S>);

impl<S: ServerHandler> Handler<S> {
    /// Shadows [`NoHandler::FIND`].
    pub const FIND: Option<fn(Arc<S>) -> Arc<dyn OwnHandler>> = Some(|server| server);
}

/// The fallback of [`Handler`].
pub trait NoHandler<S> {
    /// There is none.
    const FIND: Option<fn(Arc<S>) -> Arc<dyn OwnHandler>> = None;
}

impl<S> NoHandler<S> for Handler<S> {}
