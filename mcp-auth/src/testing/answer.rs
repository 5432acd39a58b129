//! What a server answered, taken apart.

use std::fmt;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Challenge;

/// How much of a body a failed test shows.
const SHOWN: usize = 600;

/// One HTTP answer. Printing it leaves out the token that was sent.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
    messages: Vec<Value>,
    /// What must not be printed.
    secret: Option<String>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: String, secret: Option<String>) -> Self {
        let content_type =
            headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let messages = if content_type.starts_with("text/event-stream") {
            events(&body)
        } else {
            serde_json::from_str(&body).into_iter().collect()
        };
        Self { status, headers, body, messages, secret }
    }

    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as it came, also that of an event stream.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Every JSON message in it: one of a JSON body, or those of the stream's events in their order.
    pub fn messages(&self) -> &[Value] {
        &self.messages
    }

    /// The JSON of the body; of a stream, the message that ends the request.
    ///
    /// # Panics
    ///
    /// Where there is none.
    #[track_caller]
    pub fn json(&self) -> &Value {
        self.reply().unwrap_or_else(|| panic!("no JSON in {self}"))
    }

    /// `result` of the JSON-RPC answer.
    pub fn result(&self) -> Option<&Value> {
        self.reply()?.get("result")
    }

    /// `result` of the JSON-RPC answer as a type of the test's.
    ///
    /// # Panics
    ///
    /// Where there is no result, and where it does not fit.
    #[track_caller]
    pub fn result_as<T: DeserializeOwned>(&self) -> T {
        let result = self.result().unwrap_or_else(|| panic!("no result in {self}"));
        serde_json::from_value(result.clone()).unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// The text of a tool's result: its first text content.
    pub fn text(&self) -> Option<&str> {
        let content = self.result()?.get("content")?.as_array()?;
        content.iter().find_map(|content| content.get("text")?.as_str())
    }

    /// The structured content of a tool's result.
    pub fn structured(&self) -> Option<&Value> {
        self.result()?.get("structuredContent")
    }

    /// Whether a tool has run and says that it failed (`isError`).
    pub fn is_tool_error(&self) -> bool {
        self.result().is_some_and(|result| result.get("isError") == Some(&Value::Bool(true)))
    }

    /// The code of a JSON-RPC error.
    pub fn error_code(&self) -> Option<i64> {
        self.reply()?.get("error")?.get("code")?.as_i64()
    }

    /// The challenge: of the header `WWW-Authenticate`, or, in a result, of `_meta["mcp/www_authenticate"]`.
    pub fn challenge(&self) -> Option<Challenge> {
        self.header_challenge().or_else(|| self.in_band_challenge())
    }

    pub(super) fn header_challenge(&self) -> Option<Challenge> {
        Challenge::parse(self.header("www-authenticate")?)
    }

    pub(super) fn in_band_challenge(&self) -> Option<Challenge> {
        let challenges = self.result()?.get("_meta")?.get("mcp/www_authenticate")?;
        Challenge::parse(challenges.get(0)?.as_str()?)
    }

    /// The names of the tools in a list.
    pub fn tool_names(&self) -> Vec<&str> {
        let tools = self.result().and_then(|result| result.get("tools")?.as_array());
        tools.into_iter().flatten().filter_map(|tool| tool.get("name")?.as_str()).collect()
    }

    /// A tool of a list.
    pub fn tool(&self, name: &str) -> Option<&Value> {
        self.result()?
            .get("tools")?
            .as_array()?
            .iter()
            .find(|tool| tool.get("name").is_some_and(|own| own == name))
    }

    /// The session that was opened, in the protocol versions that have sessions.
    pub fn session(&self) -> Option<&str> {
        self.header("mcp-session-id")
    }

    fn reply(&self) -> Option<&Value> {
        let ends = |message: &&Value| message.get("result").is_some() || message.get("error").is_some();
        self.messages.iter().rev().find(ends).or(self.messages.last())
    }
}

/// The data of a stream's events (WHATWG HTML, *Server-sent events*), as far as they are JSON.
fn events(body: &str) -> Vec<Value> {
    let body = body.replace("\r\n", "\n");
    let data = body.split("\n\n").map(|event| {
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    });
    data.filter_map(|data| serde_json::from_str(&data).ok()).collect()
}

/// For the message of a failed test: status, challenge and body, without the token that was sent.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.status.to_string();
        for name in ["www-authenticate", "location", "allow", "retry-after"] {
            if let Some(value) = self.header(name) {
                text.push_str("\n  ");
                text.push_str(name);
                text.push_str(": ");
                text.push_str(value);
            }
        }
        let mut body: String = self.body.trim().chars().take(SHOWN).collect();
        if body.len() < self.body.trim().len() {
            body.push('…');
        }
        if !body.is_empty() {
            text.push_str("\n  ");
            text.push_str(&body);
        }
        if let Some(secret) = self.secret.as_deref().filter(|secret| !secret.is_empty()) {
            text = text.replace(secret, "<the token>");
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
