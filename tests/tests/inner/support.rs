//! A router with a development issuer in front of a server, and a client that calls its tools.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body};
use http::{Request, Response};
use http_body_util::BodyExt;
use mcp_auth::{Auth, DevelopmentIssuer, Server};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
pub(crate) const LEGACY_VERSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

/// A client of one server, signed in as alice or not at all.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    token: Option<String>,
}

/// Alice, with these scopes.
pub(crate) fn client(server: impl Server, scopes: &str) -> Client {
    let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    let token = issuer.token("alice").scopes(scopes).audience(RESOURCE).issue().expose().to_owned();
    let auth = Auth::builder().development_issuer(issuer).resource(RESOURCE).build().unwrap();
    Client { router: auth.router(server).unwrap(), token: Some(token) }
}

impl Client {
    pub(crate) fn anonymous(mut self) -> Self {
        self.token = None;
        self
    }

    /// The router inside something else.
    pub(crate) fn layered(mut self, layer: impl FnOnce(Router) -> Router) -> Self {
        self.router = layer(self.router);
        self
    }

    /// The `result` of a tool's call.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let answer = self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await;
        assert!(answer.get("result").is_some(), "{tool}: {answer}");
        answer["result"].clone()
    }

    /// The text of a result; a tool that fails fails the test.
    pub(crate) async fn text(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{tool}: {result}")).to_owned()
    }

    /// The text of an in-band error.
    pub(crate) async fn failure(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{tool}: {result}")).to_owned()
    }

    /// A tool as `tools/list` shows it.
    pub(crate) async fn tool(&self, name: &str) -> Value {
        let tools = self.tools().await;
        tools.into_iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("no tool {name}"))
    }

    pub(crate) async fn tools(&self) -> Vec<Value> {
        let answer = self.ask("tools/list", json!({})).await;
        answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// One request of protocol version 2026-07-28.
    pub(crate) async fn ask(&self, method: &str, mut params: Value) -> Value {
        let meta = params["_meta"].as_object().cloned().unwrap_or_default();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "inner", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params["_meta"].as_object_mut().unwrap().extend(meta);
        let mut headers = vec![("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)];
        let name = params["name"].as_str().map(str::to_owned);
        headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
        let message = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        body(self.post(&headers, &message).await).await
    }

    /// One call of a tool in a session of an older protocol version.
    pub(crate) async fn legacy_call(&self, version: &str, tool: &str, arguments: Value) -> Value {
        let answer =
            self.legacy_ask(version, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
        assert!(answer.get("result").is_some(), "{version} {tool}: {answer}");
        answer["result"].clone()
    }

    pub(crate) async fn legacy_ask(&self, version: &str, method: &str, params: Value) -> Value {
        let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "inner", "version": "1" }
        }});
        let response = self.post(&[], &hello).await;
        let session = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        assert_eq!(body(response).await["result"]["protocolVersion"], version);
        let headers = [("mcp-protocol-version", version), ("mcp-session-id", session.as_str())];
        self.post(&headers, &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        let message = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        body(self.post(&headers, &message).await).await
    }

    async fn post(&self, headers: &[(&str, &str)], message: &Value) -> Response<Body> {
        let mut request = Request::post(RESOURCE)
            .header("host", "127.0.0.1:3000")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(message.to_string())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }
}

/// The answer, from a JSON body or an event stream.
async fn body(response: Response<Body>) -> Value {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let events = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    let mut messages = events.filter_map(|data| serde_json::from_str::<Value>(data).ok());
    let answer = messages.find(|message| message.get("id").is_some());
    let answer = answer.or_else(|| serde_json::from_str(&text).ok());
    answer.unwrap_or_else(|| panic!("{status}: {text}"))
}

/// Everything that is logged while it lives, on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let sink = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || sink.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn lines_with(&self, text: &str) -> Vec<String> {
        let all = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        all.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Fails where `schema` is no schema of JSON Schema 2020-12, or `value` does not fit it.
#[track_caller]
pub(crate) fn assert_fits(schema: &Value, value: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.set_default_draft(boon::Draft::V2020_12);
    compiler.add_resource("http://schema.test/", schema.clone()).unwrap();
    let compiled = compiler.compile("http://schema.test/", &mut schemas);
    let index = compiled.unwrap_or_else(|error| panic!("{error:#}: {schema:#}"));
    if let Err(error) = schemas.validate(value, index) {
        panic!("{error:#}\nschema: {schema:#}\nvalue: {value:#}");
    }
}

/// Whether `value` fits `schema`.
pub(crate) fn fits(schema: &Value, value: &Value) -> bool {
    std::panic::catch_unwind(|| assert_fits(schema, value)).is_ok()
}
