//! A connection of which something is heard in time, and which takes what it is sent.
//!
//! hyper-util waits for the first bytes without an end, to tell HTTP/2 from HTTP/1; the time limit for headers begins
//! after that. It also waits without an end for a client that reads nothing. Without this, as many such connections as
//! the limit allows would shut everybody else out.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::activity::Activity;
use crate::Limits;

/// What an HTTP/2 connection begins with (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection that fails unless it shows in time which HTTP it speaks, and when its client reads nothing.
pub(super) struct Timed {
    stream: TcpStream,
    activity: Activity,
    /// `None` once it is known which HTTP it speaks.
    wait: Option<Wait>,
    write_time: Duration,
    /// Runs while nothing can be written.
    stalled: Option<Pin<Box<Sleep>>>,
}

struct Wait {
    end: Pin<Box<Sleep>>,
    /// Bytes of the preface that have come.
    matched: usize,
}

impl Timed {
    pub(super) fn new(stream: TcpStream, limits: &Limits, activity: Activity) -> Self {
        let wait = Some(Wait { end: Box::pin(sleep(limits.header_time)), matched: 0 });
        Self { stream, activity, wait, write_time: limits.write_time, stalled: None }
    }

    /// The outcome of a write, unless none has been possible for too long.
    fn written(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if outcome.is_ready() {
            self.stalled = None;
            self.activity.touch();
            return outcome;
        }
        let time = self.write_time;
        let end = self.stalled.get_or_insert_with(|| Box::pin(sleep(time)));
        end.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Wait {
    /// Whether these bytes decide: the preface is whole, or it is none.
    fn ends_with(&mut self, bytes: &[u8]) -> bool {
        let rest = &PREFACE[self.matched..];
        self.matched += bytes.len();
        !rest.starts_with(bytes) || self.matched == PREFACE.len()
    }
}

impl AsyncRead for Timed {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if let Some(wait) = &mut this.wait {
            match read {
                Poll::Pending if wait.end.as_mut().poll(cx).is_ready() => {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Poll::Ready(Ok(())) if wait.ends_with(&buf.filled()[before..]) => this.wait = None,
                _ => {}
            }
        }
        read
    }
}

impl AsyncWrite for Timed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
