//! Open streams end when their reason ends: the token that opened them, or the anonymity of their session.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Sleep, sleep},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A response body that ends early, and cleanly, at a moment or at a signal.
struct Bounded {
    body: Body,
    expiry: Option<Pin<Box<Sleep>>>,
    signals: Vec<Pin<Box<WaitForCancellationFutureOwned>>>,
    /// The stream's place among those that are open at once.
    _place: Option<OwnedSemaphorePermit>,
}

/// Bounds the stream of `response`.
pub(super) fn bound(
    response: Response<Body>,
    lifetime: Option<Duration>,
    signals: impl IntoIterator<Item = CancellationToken>,
    place: Option<OwnedSemaphorePermit>,
) -> Response<Body> {
    let signals: Vec<_> = signals.into_iter().map(|signal| Box::pin(signal.cancelled_owned())).collect();
    let expiry = lifetime.map(|lifetime| Box::pin(sleep(lifetime)));
    response.map(|body| Body::new(Bounded { body, expiry, signals, _place: place }))
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let expired = self.expiry.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready());
        let signalled = self.signals.iter_mut().any(|signal| signal.as_mut().poll(cx).is_ready());
        if expired || signalled {
            self.body = Body::empty();
            self.expiry = None;
            self.signals.clear();
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
