//! The first bytes of a connection have to arrive in time.
//!
//! hyper-util waits for them without an end, to tell HTTP/2 from HTTP/1; the time limit for headers begins after that.
//! Without this, as many silent connections as the limit allows would shut everybody else out.

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

/// What an HTTP/2 connection begins with (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection that fails unless it shows in time which HTTP it speaks.
pub(super) struct FirstBytes {
    stream: TcpStream,
    /// `None` once that is known.
    wait: Option<Wait>,
}

struct Wait {
    end: Pin<Box<Sleep>>,
    /// Bytes of the preface that have come.
    matched: usize,
}

impl FirstBytes {
    pub(super) fn new(stream: TcpStream, time: Duration) -> Self {
        Self { stream, wait: Some(Wait { end: Box::pin(sleep(time)), matched: 0 }) }
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

impl AsyncRead for FirstBytes {
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

impl AsyncWrite for FirstBytes {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
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
