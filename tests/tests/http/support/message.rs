//! Requests, right by default and wrong where a test says so.

use serde_json::{Value, json};

pub(crate) const NEW: &str = "2026-07-28";
pub(crate) const OLD: &str = "2025-11-25";

/// One HTTP request; every header and every byte of the body can be changed.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// A request without anything but the `Host` that the server gives it.
pub(crate) fn request(method: &str, target: &str) -> Message {
    Message { method: method.into(), target: target.into(), headers: Vec::new(), body: Vec::new() }
}

impl Message {
    /// A POST of these bytes to `/mcp`, with the headers that every version of the protocol wants.
    pub(crate) fn post(body: impl Into<Vec<u8>>) -> Self {
        request("POST", "/mcp")
            .with("content-type", "application/json")
            .with("accept", "application/json, text/event-stream")
            .body(body)
    }

    /// A request of the newest version: stateless, each header as its body says.
    pub(crate) fn new(method: &str, mut params: Value) -> Self {
        let name = params["name"].as_str().map(str::to_owned);
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": NEW,
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let message = Self::post(rpc(method, &params).to_string())
            .with("mcp-protocol-version", NEW)
            .with("mcp-method", method);
        match name {
            Some(name) => message.with("mcp-name", &name),
            None => message,
        }
    }

    /// A request of the session protocol.
    pub(crate) fn old(method: &str, params: &Value) -> Self {
        Self::post(rpc(method, params).to_string()).with("mcp-protocol-version", OLD)
    }

    pub(crate) fn notification(method: &str, params: &Value) -> Self {
        let body = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        Self::post(body.to_string()).with("mcp-protocol-version", OLD)
    }

    pub(crate) fn call(tool: &str) -> Self {
        Self::new("tools/call", json!({ "name": tool, "arguments": {} }))
    }

    pub(crate) fn old_call(tool: &str) -> Self {
        Self::old("tools/call", &json!({ "name": tool, "arguments": {} }))
    }

    pub(crate) fn initialize() -> Self {
        let params = json!({
            "protocolVersion": OLD,
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        Self::post(rpc("initialize", &params).to_string())
    }

    /// GET: the stream of a session.
    pub(crate) fn listen() -> Self {
        request("GET", "/mcp").with("accept", "text/event-stream").with("mcp-protocol-version", OLD)
    }

    /// DELETE: the end of a session.
    pub(crate) fn end() -> Self {
        request("DELETE", "/mcp").with("mcp-protocol-version", OLD)
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    pub(crate) fn at(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// One more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self
    }

    /// This header instead of those of its name.
    pub(crate) fn instead(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// With a token, or without one.
    pub(crate) fn maybe(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => self.token(token),
            None => self,
        }
    }

    pub(crate) fn session(self, id: &str) -> Self {
        self.with("mcp-session-id", id)
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own == name)
    }

    /// The bytes on the wire. `Host` and `Content-Length` are added unless the test has its own.
    pub(crate) fn bytes(&self, host: &str) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        let mut header = |name: &str, value: &[u8]| {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        if !self.has("host") {
            header("host", host.as_bytes());
        }
        if !self.body.is_empty() && !self.has("content-length") && !self.has("transfer-encoding") {
            header("content-length", self.body.len().to_string().as_bytes());
        }
        for (name, value) in &self.headers {
            header(name, value);
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}

fn rpc(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}
