//! A server of the test kit, and a client that calls its tools.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use axum::Router;
use mcp_auth::{
    Server,
    testing::{TestRequest, TestServer},
};
use serde_json::{Value, json};

/// Of servers that do not say theirs.
pub(crate) const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
pub(crate) const LEGACY_VERSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

/// A client of one server, signed in as alice or not at all.
#[derive(Clone)]
pub(crate) struct Client {
    server: TestServer,
    scopes: Option<String>,
}

/// Alice, with these scopes.
pub(crate) fn client(server: impl Server, scopes: &str) -> Client {
    layered(server, scopes, |router| router)
}

/// The same with the router inside something else.
pub(crate) fn layered(
    server: impl Server,
    scopes: &str,
    layer: impl FnOnce(Router) -> Router + Send + 'static,
) -> Client {
    // Starting waits for nothing: no test has to be asynchronous for it.
    let server = TestServer::builder(server).app(layer).start();
    let server = futures_util::FutureExt::now_or_never(server).expect("it waits for nothing");
    Client { server, scopes: Some(scopes.to_owned()) }
}

impl Client {
    pub(crate) fn anonymous(mut self) -> Self {
        self.scopes = None;
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
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        self.signed_in(self.server.request(method, params)).await.json().clone()
    }

    /// One call of a tool in a session of an older protocol version.
    pub(crate) async fn legacy_call(&self, version: &str, tool: &str, arguments: Value) -> Value {
        let answer =
            self.legacy_ask(version, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
        assert!(answer.get("result").is_some(), "{version} {tool}: {answer}");
        answer["result"].clone()
    }

    pub(crate) async fn legacy_ask(&self, version: &str, method: &str, params: Value) -> Value {
        self.signed_in(self.server.request(method, params)).version(version).await.json().clone()
    }

    fn signed_in(&self, request: TestRequest) -> TestRequest {
        match &self.scopes {
            Some(scopes) => request.as_user("alice").scopes(scopes),
            None => request,
        }
    }
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
