//! The future of one call.
//!
//! It is put together from parts that many tools share: of a tool's own there is nothing but the future of its function.
//! Everything else would be compiled once more for each tool, after each edit.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::Outcome;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The future of one tool call.
#[must_use = "a tool does nothing until its future is polled"]
pub struct OutcomeFuture<'a>(Boxed<'a, Outcome>);

impl<'a> OutcomeFuture<'a> {
    /// What `future` answers.
    pub fn new(future: impl Future<Output = Outcome> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }

    /// An answer that is there.
    pub fn ready(outcome: Outcome) -> Self {
        Self::new(std::future::ready(outcome))
    }

    /// What `respond` makes of the value that `future` ends with.
    pub(crate) fn answered<R: 'a>(future: Boxed<'a, R>, respond: fn(R) -> Outcome) -> Self {
        Self(Box::pin(Answered { future, respond }))
    }
}

impl Future for OutcomeFuture<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        self.0.as_mut().poll(context)
    }
}

struct Answered<'a, R> {
    future: Boxed<'a, R>,
    respond: fn(R) -> Outcome,
}

impl<R> Future for Answered<'_, R> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        match self.future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready((self.respond)(value)),
            Poll::Pending => Poll::Pending,
        }
    }
}
