//! What the suite cannot see, because it is one caller with one token.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use mcp_auth::{Auth, DevelopmentIssuer};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::server::Conformance;

const ORIGIN: &str = "http://127.0.0.1:8002";
const RESOURCE: &str = "http://127.0.0.1:8002/mcp";

struct Setup {
    issuer: DevelopmentIssuer,
    app: Router,
}

impl Setup {
    fn new() -> Self {
        let issuer = DevelopmentIssuer::new(ORIGIN).unwrap();
        let auth = Auth::builder().development_issuer(issuer.clone()).resource(RESOURCE).build().unwrap();
        Self { issuer, app: auth.router(Conformance::default()).unwrap() }
    }

    fn token(&self, subject: &str, scopes: &str) -> String {
        self.issuer.token(subject).scopes(scopes).audience(RESOURCE).issue().expose().to_owned()
    }

    /// One request of protocol version 2026-07-28, from a client that can do everything.
    async fn send(
        &self,
        token: Option<&str>,
        method: &str,
        name: &str,
        mut params: Value,
    ) -> (StatusCode, Value) {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {
                "elicitation": {}, "sampling": {}, "roots": {},
                "extensions": { "io.modelcontextprotocol/tasks": {} },
            },
        });
        let mut request = Request::post("/mcp")
            .header(header::HOST, "127.0.0.1:8002")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", method)
            .header("Mcp-Name", name);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response =
            self.app.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn call(&self, token: &str, tool: &str, rest: Value) -> Value {
        let mut params = json!({ "name": tool, "arguments": {} });
        params.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        self.send(Some(token), "tools/call", tool, params).await.1
    }

    async fn task(&self, token: &str, method: &str, id: &str) -> Value {
        let params = json!({ "taskId": id, "inputResponses": {} });
        self.send(Some(token), method, id, params).await.1
    }
}

#[tokio::test]
async fn r53_nobody_sees_or_ends_the_task_of_another() {
    let setup = Setup::new();
    let [alice, bob] = ["alice", "bob"].map(|name| setup.token(name, "mcp:tools"));
    let created = setup.call(&alice, "slow_compute", json!({ "arguments": { "seconds": 60 } })).await;
    let id = created.pointer("/result/taskId").and_then(Value::as_str).unwrap();

    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let refused = setup.task(&bob, method, id).await;
        let unknown = setup.task(&bob, method, "no-such-task").await.to_string();
        assert_eq!(refused.to_string(), unknown.replace("no-such-task", id), "{method}");
        assert!(refused.get("error").is_some(), "{method}: {refused}");
    }
    let seen = setup.task(&alice, "tasks/get", id).await;
    assert_eq!(seen.pointer("/result/status"), Some(&json!("working")), "{seen}");
}

#[tokio::test]
async fn r54_state_is_good_for_its_caller_and_its_tool() {
    let setup = Setup::new();
    let [alice, bob] = ["alice", "bob"].map(|name| setup.token(name, "mcp:tools"));
    let tool = "test_input_required_result_request_state";
    let asked = setup.call(&alice, tool, json!({})).await;
    let state = asked.pointer("/result/requestState").unwrap();
    let again = json!({ "requestState": state, "inputResponses": {} });

    let done = setup.call(&alice, tool, again.clone()).await;
    assert_eq!(done.pointer("/result/content/0/text"), Some(&json!("state-ok")), "{done}");
    let elsewhere = "test_input_required_result_tampered_state";
    for refused in [setup.call(&bob, tool, again.clone()).await, setup.call(&alice, elsewhere, again).await] {
        assert_eq!(refused.pointer("/error/code"), Some(&json!(-32602)), "{refused}");
    }
}

#[tokio::test]
async fn everything_is_behind_a_scope() {
    let setup = Setup::new();
    let (_, listed) = setup.send(Some(&setup.token("alice", "")), "tools/list", "", json!({})).await;
    let tools: Vec<_> = listed["result"]["tools"].as_array().unwrap().iter().collect();
    let names = tools.iter().map(|tool| tool["name"].as_str().unwrap());
    let calls = names.map(|tool| ("tools/call", tool, "mcp:read"));
    let others = [
        ("prompts/list", "", "mcp:tools"),
        ("prompts/get", "test_simple_prompt", "mcp:tools"),
        ("resources/list", "", "mcp:tools"),
        ("resources/templates/list", "", "mcp:tools"),
        ("resources/read", "test://static-text", "mcp:tools"),
        ("completion/complete", "", "mcp:tools"),
        ("subscriptions/listen", "", "mcp:tools"),
        ("tasks/get", "some-task", "mcp:read"),
    ];
    assert!(tools.len() > 30, "{}", tools.len());
    for (method, name, wrong) in calls.chain(others) {
        let params = json!({ "name": name, "uri": name, "taskId": name });
        let (status, _) = setup.send(None, method, name, params.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {name}");
        let (status, body) = setup.send(Some(&setup.token("alice", wrong)), method, name, params).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {name}: {body}");
    }
}
