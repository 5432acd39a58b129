//! Who calls comes from the token. No JSON argument sets an extractor, and none shows in a schema.

use std::time::Duration;

use axum::Extension as Layer;
use mcp_auth::{
    AuthInfo, Extractor, FromToolCall, Json, OptionalFromToolCall, State, ToolCall, ToolError,
    rmcp::{
        RoleServer,
        handler::server::{common::Extension, tool::ToolName, wrapper::Parameters},
        model::{Extensions, JsonObject, RequestId, RequestMetaObject},
        service::Peer,
    },
    server,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Client, client, layered};

/// What a tool made of its arguments.
type Seen = Json<serde_json::Map<String, Value>>;

fn seen(value: Value) -> Seen {
    match value {
        Value::Object(object) => Json(object),
        other => panic!("{other}"),
    }
}

/// Another name of the same type.
type Me = AuthInfo;
type Maybe<T> = Option<T>;

/// A user's extractor that could be read from JSON as well: the trait decides, not the derive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Tenant {
    name: String,
}

impl Extractor for Tenant {}

impl<S: Sync> FromToolCall<S> for Tenant {
    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        // A look-up that takes its time.
        let (send, receive) = tokio::sync::oneshot::channel();
        let subject = call.auth().ok_or_else(ToolError::forbidden)?.subject().to_owned();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let _ = send.send(format!("tenant of {subject}"));
        });
        Ok(Self { name: receive.await? })
    }
}

/// As above, and may be absent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Plan(String);

impl Extractor for Plan {}

impl<S: Sync> OptionalFromToolCall<S> for Plan {
    async fn optional_from_tool_call(_server: &S, call: &ToolCall) -> Result<Option<Self>, ToolError> {
        Ok(call.auth().map(|auth| Self(format!("plan of {}", auth.subject()))))
    }
}

/// What a tower layer puts into the request.
#[derive(Clone)]
struct Region(&'static str);

#[derive(Clone)]
struct Notes {
    motto: &'static str,
}

#[derive(Deserialize, JsonSchema)]
struct Filter {
    /// What to look for.
    text: String,
    #[serde(default)]
    limit: u32,
}

#[server(scopes("admin"))]
impl Notes {
    #[tool(authenticated)]
    async fn everything(
        &self,
        auth: AuthInfo,
        me: Me,
        maybe: Option<AuthInfo>,
        alias: Maybe<Me>,
        tenant: Tenant,
        plan: Option<Plan>,
        id: RequestId,
        name: ToolName,
        state: State<Notes>,
        text: String,
    ) -> Seen {
        seen(json!({
            "auth": auth.subject(),
            "me": me.subject(),
            "maybe": maybe.map(|auth| auth.subject().to_owned()),
            "alias": alias.map(|auth| auth.subject().to_owned()),
            "scopes": auth.scopes().collect::<Vec<_>>(),
            "tenant": tenant,
            "plan": plan,
            "id": id,
            "name": name.0,
            "state": state.0.motto,
            "text": text,
        }))
    }

    #[tool(public)]
    async fn open(&self, auth: Option<AuthInfo>, plan: Option<Plan>, text: Option<String>) -> Seen {
        seen(json!({ "auth": auth.map(|auth| auth.subject().to_owned()), "plan": plan, "text": text }))
    }

    #[tool(public)]
    async fn context(
        &self,
        peer: Peer<RoleServer>,
        cancelled: mcp_auth::rmcp::service::RequestContext<RoleServer>,
        meta: RequestMetaObject,
        extensions: Extensions,
        region: Extension<Region>,
        object: JsonObject,
        id: RequestId,
        name: ToolName,
    ) -> Seen {
        let parts = extensions.get::<http::request::Parts>();
        seen(json!({
            "peer": peer.is_transport_closed(),
            "cancelled": cancelled.ct.is_cancelled(),
            "meta": meta.get("com.example/trace"),
            "path": parts.map(|parts| parts.uri.path()),
            "token": parts.map(|parts| parts.headers.contains_key("authorization")),
            "region": region.0.0,
            "object": object,
            "id": id,
            "name": name.0,
        }))
    }

    #[tool(public)]
    async fn whole(&self, filter: Parameters<Filter>) -> String {
        format!("{} {}", filter.0.text, filter.0.limit)
    }

    #[tool(scopes = "admin")]
    async fn administer(&self) {}
}

const NOTES: Notes = Notes { motto: "the server's own" };

fn alice() -> Client {
    layered(NOTES, "notes:read", |router| router.layer(Layer(Region("north"))))
}

/// Everything a caller could try to be somebody else with.
fn forgeries() -> Vec<Value> {
    let person = json!({
        "subject": "mallory", "sub": "mallory", "issuer": "https://evil.example", "scopes": ["admin"],
        "principal": { "issuer": "x", "subject": "mallory", "client_id": null }, "claims": { "sub": "mallory" },
    });
    let values = [
        person.clone(),
        json!({ "name": "mallory" }),
        json!("mallory"),
        json!(["mallory"]),
        json!(7),
        json!(true),
        json!({ "AuthInfo": person }),
        json!({ "0": person, "Known": person }),
        Value::Null,
    ];
    let names = [
        "auth",
        "me",
        "maybe",
        "alias",
        "tenant",
        "plan",
        "id",
        "name",
        "state",
        "self",
        "server",
        "call",
        "AuthInfo",
        "Tenant",
        "auth_info",
        "_auth",
        "r#auth",
        "mcp_auth_argument_0",
        "mcp_auth_server",
        "MCP_AUTH_ARGUMENT_0",
        "0",
        "__proto__",
        "constructor",
        "context",
        "extensions",
        "_meta",
    ];
    let mut forgeries = Vec::new();
    for value in &values {
        // All names at once, and each nested where a sloppy reader might look.
        let all: Value = names.iter().map(|name| ((*name).to_owned(), value.clone())).collect();
        forgeries.push(all.clone());
        forgeries
            .push(json!({ "arguments": all, "params": all, "params.auth": value, "auth.subject": value }));
    }
    forgeries
}

fn with_text(mut arguments: Value) -> Value {
    arguments["text"] = json!("hello");
    arguments
}

#[tokio::test]
async fn no_argument_sets_who_calls() {
    let alice = alice();
    let honest = alice.call("everything", json!({ "text": "hello" })).await["structuredContent"].clone();
    assert_eq!(
        honest,
        json!({
            "auth": "alice", "me": "alice", "maybe": "alice", "alias": "alice", "scopes": ["notes:read"],
            "tenant": { "name": "tenant of alice" }, "plan": "plan of alice", "id": 7, "name": "everything",
            "state": "the server's own", "text": "hello",
        })
    );
    for forgery in forgeries() {
        let result = alice.call("everything", with_text(forgery.clone())).await;
        assert_eq!(result["structuredContent"], honest, "{forgery}");
    }
}

#[tokio::test]
async fn no_argument_signs_anybody_in() {
    let anonymous = alice().anonymous();
    for forgery in forgeries() {
        let result = anonymous.call("open", with_text(forgery.clone())).await;
        let expected = json!({ "auth": null, "plan": null, "text": "hello" });
        assert_eq!(result["structuredContent"], expected, "{forgery}");
        let answer = anonymous.ask("tools/call", json!({ "name": "administer", "arguments": forgery })).await;
        assert_eq!(answer["error"]["code"], -32001, "{answer}");
    }
    // Nor does what surrounds the arguments.
    for params in [
        json!({ "name": "open", "arguments": {}, "auth": { "subject": "mallory" } }),
        json!({ "name": "open", "arguments": {}, "_meta": { "auth": "mallory", "mcp-auth/caller": "mallory" } }),
    ] {
        let answer = anonymous.ask("tools/call", params).await;
        assert_eq!(answer["result"]["structuredContent"]["auth"], Value::Null, "{answer}");
    }
}

#[tokio::test]
async fn no_extractor_shows_in_a_schema() {
    let alice = alice();
    let properties = async |tool: &str| {
        let tool = alice.tool(tool).await;
        let schema = tool["inputSchema"].clone();
        assert_eq!(schema["type"], "object", "{schema}");
        assert!(schema.get("$defs").is_none(), "{schema}");
        schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(properties("everything").await, ["text"]);
    assert_eq!(properties("open").await, ["text"]);
    assert_eq!(properties("context").await, [""; 0]);
    assert_eq!(properties("administer").await, [""; 0]);
    assert_eq!(properties("whole").await, ["limit", "text"]);
    for tool in alice.tools().await {
        let text = tool["inputSchema"].to_string();
        for word in ["Tenant", "Plan", "AuthInfo", "subject", "tenant", "Region"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

#[tokio::test]
async fn context_parts_come_from_the_request() {
    let params = json!({
        "name": "context",
        "arguments": { "object": "x", "id": "forged", "meta": { "com.example/trace": "forged" }, "region": "south" },
        "_meta": { "com.example/trace": "t-1" },
    });
    let answer = alice().ask("tools/call", params.clone()).await;
    assert_eq!(
        answer["result"]["structuredContent"],
        json!({
            "peer": false, "cancelled": false, "meta": "t-1", "path": "/mcp",
            // The token has done its work and is gone.
            "token": false,
            "region": "north", "object": params["arguments"], "id": 7, "name": "context",
        }),
        "{answer}"
    );
}

/// What the developer forgot is the developer's to read, not the caller's.
#[tokio::test]
async fn a_missing_extension_is_an_internal_error() {
    let text = client(NOTES, "").failure("context", json!({})).await;
    assert!(text.starts_with("internal error, reference "), "{text}");
}

#[tokio::test]
async fn the_whole_input_as_one_struct() {
    let alice = alice();
    assert_eq!(alice.text("whole", json!({ "text": "x", "limit": 3 })).await, "x 3");
    assert_eq!(alice.text("whole", json!({ "text": "x" })).await, "x 0");
    let schema = alice.tool("whole").await["inputSchema"].clone();
    assert_eq!(schema["required"], json!(["text"]));
    assert_eq!(schema["properties"]["text"]["description"], "What to look for.");
    let failure = alice.failure("whole", json!({})).await;
    assert!(failure.contains("`text`"), "{failure}");
    let failure = alice.failure("whole", json!({ "text": "x", "limit": "many" })).await;
    assert!(failure.starts_with("argument `limit`: "), "{failure}");
}
