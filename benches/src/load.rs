//! A closed loop of requests on kept-alive connections, in one thread. Every answer is compared.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

use crate::Result;

const META: &str = concat!(
    r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","#,
    r#""io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0"},"#,
    r#""io.modelcontextprotocol/clientCapabilities":{}}"#
);

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    /// `tools/call` of `add`.
    Call,
    /// `tools/list`, of so many tools.
    List(usize),
}

/// Connections to one server, and the requests that go round on them.
pub(crate) struct Load {
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    next: usize,
    ask: Ask,
    expected: Option<Vec<u8>>,
}

struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Load {
    /// One request per token, so that every token is used once before the first is used again.
    pub(crate) fn connect(
        address: SocketAddr,
        connections: usize,
        tokens: &[String],
        ask: Ask,
    ) -> Result<Self> {
        Ok(Self {
            connections: (0..connections).map(|_| Connection::open(address)).collect::<Result<_>>()?,
            requests: tokens.iter().map(|token| request(address, Some(token.as_str()), ask)).collect(),
            next: 0,
            ask,
            expected: None,
        })
    }

    /// Sends `count` requests, one at a time on each connection.
    pub(crate) fn run(&mut self, count: usize) -> Result<()> {
        let first = self.connections.len().min(count);
        for at in 0..first {
            self.send(at)?;
        }
        for sent in first..count + first {
            let at = (sent - first) % first;
            self.receive(at)?;
            if sent < count {
                self.send(at)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, at: usize) -> Result<()> {
        let request = &self.requests[self.next % self.requests.len()];
        self.next += 1;
        Ok(self.connections[at].stream.get_mut().write_all(request)?)
    }

    fn receive(&mut self, at: usize) -> Result<()> {
        let connection = &mut self.connections[at];
        let status = connection.receive()?;
        let body = &connection.body;
        if status == 200 && self.expected.is_none() && self.ask.is_answered(body) {
            self.expected = Some(body.clone());
        }
        if status == 200 && self.expected.as_ref() == Some(body) {
            return Ok(());
        }
        let body = String::from_utf8_lossy(body);
        Err(format!("wrong answer: {status} {}", body.chars().take(2000).collect::<String>()).into())
    }
}

impl Connection {
    fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream: BufReader::new(stream), line: String::new(), body: Vec::new() })
    }

    /// Reads one answer into `body`; its status.
    fn receive(&mut self) -> Result<u16> {
        let status = self.line()?.split(' ').nth(1).unwrap_or_default().parse()?;
        let mut length = None;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.parse::<usize>()?);
            }
        }
        self.body.resize(length.ok_or("an answer without a length")?, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(status)
    }

    fn line(&mut self) -> Result<&str> {
        self.line.clear();
        self.stream.read_line(&mut self.line)?;
        Ok(self.line.strip_suffix("\r\n").ok_or("the connection was closed")?)
    }
}

/// Whether a call without a token is refused with a challenge-worthy 401.
pub(crate) fn without_token(address: SocketAddr) -> Result<bool> {
    let mut connection = Connection::open(address)?;
    connection.stream.get_mut().write_all(&request(address, None, Ask::Call))?;
    Ok(connection.receive()? == 401)
}

fn request(address: SocketAddr, token: Option<&str>, ask: Ask) -> Vec<u8> {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let (body, headers) = (ask.body(), ask.headers());
    let length = body.len();
    format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\n{authorization}Content-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

impl Ask {
    fn body(self) -> String {
        let (method, params) = match self {
            Self::Call => ("tools/call", r#""name":"add","arguments":{"a":17,"b":25},"#),
            Self::List(_) => ("tools/list", ""),
        };
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}{META}}}}}"#)
    }

    fn headers(self) -> &'static str {
        match self {
            Self::Call => "Mcp-Method: tools/call\r\nMcp-Name: add\r\n",
            Self::List(_) => "Mcp-Method: tools/list\r\n",
        }
    }

    /// 17 + 25, as the text of a tool's result; a list of all tools, each with its schema.
    fn is_answered(self, body: &[u8]) -> bool {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let result = &answer["result"];
        let right = match self {
            Self::Call => result["content"][0]["text"] == "42",
            Self::List(count) => result["tools"].as_array().is_some_and(|tools| {
                tools.len() == count
                    && tools.iter().all(|tool| tool["inputSchema"]["properties"]["a"]["type"] == "integer")
            }),
        };
        answer["id"] == 1 && right
    }
}
