//! What a client still sends when its request is refused already.
//!
//! hyper closes a connection whose request was not read to its end. Bytes that arrive after that reset it, and the
//! reset can overtake the answer: the client sees a connection that ended without one. So the refusal goes out at once,
//! and what is little and comes soon is read behind it and thrown away; the connection then serves on.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use bytes::Bytes;
use http::{Request, Version, header};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use super::body::announced;

/// Bytes that are read for nothing.
const SIZE: usize = 64 * 1024;
/// How long they are waited for.
const TIME: Duration = Duration::from_secs(1);

/// The body of a request that may be refused before it is read.
pub(crate) struct Unread {
    body: Body,
    /// Whether leaving it unread would cost the connection, and reading it costs little.
    cheap: bool,
    time: Duration,
}

impl Unread {
    /// Takes the body out of its request. `body_time` is what a body that is read may take.
    pub(crate) fn of(request: &mut Request<Body>, body_time: Duration) -> Self {
        let headers = request.headers();
        // A stream of HTTP/2 ends alone. Who asks before sending must not be told to send (RFC 9110 section 10.1.1).
        let asked = request.version() > Version::HTTP_11 || headers.contains_key(header::EXPECT);
        let large = announced(headers).is_some_and(|length| length > SIZE as u64);
        Self { body: std::mem::take(request.body_mut()), cheap: !asked && !large, time: TIME.min(body_time) }
    }

    /// The body, to be read.
    pub(crate) fn take(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }

    /// Reads what is left, behind the answer's back.
    pub(crate) fn discard(self) {
        if self.cheap && !self.body.is_end_stream() {
            tokio::spawn(timeout(self.time, read(self.body)));
        }
    }
}

/// Keeps nothing; too much, and a body that breaks off, end it.
async fn read(mut body: Body) {
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        length += frame.data_ref().map_or(0, Bytes::len);
        if length > SIZE {
            return;
        }
    }
}
