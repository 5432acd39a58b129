//! The bytes of a test's request: what each protocol version wants to see.

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde_json::{Value, json};

use super::request::{Content, TestRequest};

/// The protocol version without sessions.
pub(super) const NEWEST: &str = "2026-07-28";
/// The last one with sessions.
pub(super) const NEWEST_WITH_SESSIONS: &str = "2025-11-25";

/// The JSON-RPC id of every request.
const ID: u32 = 7;

/// The parameters of `initialize`.
pub(super) fn hello(version: &str) -> Value {
    json!({
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": { "name": "mcp-auth-test", "version": env!("CARGO_PKG_VERSION") },
    })
}

/// The request as it goes to the router. `token` is its bearer token.
pub(super) fn request(test: &TestRequest, token: Option<&str>) -> Request<Body> {
    let (headers, body) = match &test.body {
        Content::Message(method, params) => message(test, method, params, Some(ID)),
        Content::Notification(method, params) => message(test, method, params, None),
        Content::Raw(body) => (raw(test), body.clone()),
    };
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = test.method.clone();
    *request.uri_mut() =
        test.path.parse().unwrap_or_else(|error| panic!("`{}` is not a path: {error}", test.path));
    let into = request.headers_mut();
    set(into, "host", test.server.host());
    for (name, value) in headers {
        set(into, name, &value);
    }
    if let Some(session) = &test.session {
        set(into, "mcp-session-id", session);
    }
    if let Some(token) = token {
        set(into, "authorization", &format!("Bearer {token}"));
    }
    for (name, value) in &test.headers {
        match value {
            Some(value) => set(into, name, value),
            None => drop(into.remove(name)),
        }
    }
    request
}

type Headers = Vec<(&'static str, String)>;

fn message(test: &TestRequest, method: &str, params: &Value, id: Option<u32>) -> (Headers, String) {
    let mut headers = posted();
    let mut params = params.clone();
    if test.version == NEWEST {
        headers.push(("mcp-protocol-version", NEWEST.to_owned()));
        headers.push(("mcp-method", method.to_owned()));
        headers.extend(name_of(method, &params).map(|name| ("mcp-name", header_text(name))));
        let mut meta = json!({
            "io.modelcontextprotocol/protocolVersion": NEWEST,
            "io.modelcontextprotocol/clientInfo": { "name": "mcp-auth-test", "version": env!("CARGO_PKG_VERSION") },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        if let (Some(all), Some(own)) = (meta.as_object_mut(), params["_meta"].as_object()) {
            all.extend(own.clone());
        }
        params["_meta"] = meta;
    } else if method != "initialize" {
        headers.push(("mcp-protocol-version", test.version.clone()));
    }
    let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
    if let Some(id) = id {
        message["id"] = id.into();
    }
    (headers, message.to_string())
}

/// What goes with a text of the test's own: only what every POST says.
fn raw(test: &TestRequest) -> Headers {
    match test.method {
        Method::POST => posted(),
        _ => vec![("accept", "*/*".to_owned())],
    }
}

fn posted() -> Headers {
    vec![
        ("content-type", "application/json".to_owned()),
        ("accept", "application/json, text/event-stream".to_owned()),
    ]
}

/// What the header `Mcp-Name` repeats of the body.
fn name_of<'a>(method: &str, params: &'a Value) -> Option<&'a str> {
    let member = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => "uri",
        "tasks/get" | "tasks/update" | "tasks/cancel" => "taskId",
        _ => return None,
    };
    params.get(member)?.as_str()
}

/// Text that cannot stand in a header is wrapped.
fn header_text(text: &str) -> String {
    let plain = text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    if plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) }
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let parsed = HeaderName::try_from(name).ok().zip(HeaderValue::from_str(value).ok());
    // The value may be a token.
    let (name, value) =
        parsed.unwrap_or_else(|| panic!("the header `{name}` has a value that no header can have"));
    headers.insert(name, value);
}
