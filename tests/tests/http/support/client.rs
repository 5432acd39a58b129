//! HTTP/1.1 by hand: the bytes are sent as they are written, right or wrong.

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::Answer;

/// No answer came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The server closed the connection.
    Closed,
    /// What came is no HTTP/1.1.
    Garbage(String),
}

/// `future`, which must not take longer than five seconds.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(5), future).await.expect("no answer after five seconds")
}

/// Sends `bytes` on a connection of its own and reads one answer.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Result<Answer, Broken> {
    let mut connection = Connection::open(address).await;
    // The server may refuse before it has read everything: that is an answer, not an error.
    let _ = connection.write(bytes).await;
    within(connection.answer()).await
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = within(TcpStream::connect(address)).await.expect("the server listens");
        Self { stream, buffer: Vec::new() }
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// One whole answer.
    pub(crate) async fn answer(&mut self) -> Result<Answer, Broken> {
        let head = self.head().await?;
        self.rest(head).await
    }

    /// The body behind a head.
    pub(crate) async fn rest(&mut self, mut answer: Answer) -> Result<Answer, Broken> {
        let chunked = answer.header("transfer-encoding") == Some("chunked");
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        let body = match length {
            _ if chunked => {
                let mut body = Vec::new();
                while let Some(chunk) = self.chunk().await {
                    body.extend(chunk);
                }
                body
            }
            Some(length) => self.take(length).await?,
            None if answer.status == 204 || answer.status == 304 => Vec::new(),
            None => {
                while self.more().await {}
                std::mem::take(&mut self.buffer)
            }
        };
        answer.body = String::from_utf8_lossy(&body).into_owned();
        Ok(answer)
    }

    /// Status line and headers.
    pub(crate) async fn head(&mut self) -> Result<Answer, Broken> {
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if !self.more().await {
                let text = String::from_utf8_lossy(&self.buffer).into_owned();
                return Err(if text.is_empty() { Broken::Closed } else { Broken::Garbage(text) });
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let head = String::from_utf8_lossy(&head).into_owned();
        let garbage = || Broken::Garbage(head.clone());
        let mut lines = head.trim_end().split("\r\n");
        let status =
            lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ").or(line.strip_prefix("HTTP/1.0 ")));
        let status = status.and_then(|line| line.get(..3)?.parse().ok()).ok_or_else(garbage)?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.map(header).collect::<Option<_>>().ok_or_else(garbage)?;
        Ok(Answer { status, headers, body: String::new() })
    }

    /// The next chunk of a chunked body; `None` at its end, also at an early one.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let end = loop {
            match find(&self.buffer, b"\r\n") {
                Some(end) => break end,
                None if self.more().await => {}
                None => return None,
            }
        };
        let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
        let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).ok()?;
        let mut chunk = self.take(size + 2).await.ok()?;
        chunk.truncate(size);
        (size > 0).then_some(chunk)
    }

    /// Reads until `text` has come; `false` if the stream ends before.
    pub(crate) async fn reads(&mut self, text: &str) -> bool {
        let mut seen = String::new();
        while let Some(chunk) = self.chunk().await {
            seen.push_str(&String::from_utf8_lossy(&chunk));
            if seen.contains(text) {
                return true;
            }
        }
        false
    }

    /// Whether the server closes the connection without a further byte.
    pub(crate) async fn is_closed(&mut self) -> bool {
        !self.more().await && self.buffer.is_empty()
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Broken> {
        while self.buffer.len() < length {
            if !self.more().await {
                return Err(Broken::Closed);
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn more(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(1..))
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
