//! The application as a process meets it: an issuer with keys to fetch, sockets, settings from the environment.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, its helpers too")]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use mcp_auth::testing::TestIssuer;
use reqwest::{Client, ClientBuilder, StatusCode};
use serde_json::{Value, json};

/// The program; it does not outlive the test.
struct Running {
    child: Child,
    issuer: TestIssuer,
    origin: String,
    client: Client,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notes-example"));
    command.env_remove("RUST_BACKTRACE").env_remove("RUST_LOG").stderr(Stdio::piped());
    command
}

impl Running {
    async fn start() -> Self {
        let issuer = TestIssuer::builder().serve().await;
        // Free a moment ago.
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
        let origin = format!("http://127.0.0.1:{port}");
        let mut child = program();
        child.env("MCP_AUTH_ISSUER", issuer.url()).env("MCP_AUTH_RESOURCE", format!("{origin}/mcp"));
        let child = child.stderr(Stdio::null()).spawn().unwrap();
        let client = ClientBuilder::new().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
        let running = Self { child, issuer, origin, client };
        running.answers().await;
        running
    }

    async fn answers(&self) {
        for _ in 0..200 {
            if self.client.get(&self.origin).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program does not answer at {}", self.origin);
    }

    fn token(&self, scopes: &str) -> String {
        let token = self.issuer.token("alice").audience(&format!("{}/mcp", self.origin)).scopes(scopes);
        token.issue().expose().to_owned()
    }

    async fn get(&self, path: &str, token: &str) -> (StatusCode, Option<Value>) {
        let answer =
            self.client.get(format!("{}{path}", self.origin)).bearer_auth(token).send().await.unwrap();
        (answer.status(), answer.json().await.ok())
    }
}

#[tokio::test]
async fn a_note_that_a_tool_has_written_is_at_its_url() {
    let running = Running::start().await;
    let token = running.token("create:notes");
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": "create_note", "arguments": { "text": "buy milk" },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let post = running.client.post(format!("{}/mcp", running.origin)).bearer_auth(&token);
    let post = post
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "create_note");
    let written = post.body(call.to_string()).send().await.unwrap();
    assert_eq!(written.status(), 200);
    assert!(written.text().await.unwrap().contains("kept: buy milk"));

    let note = json!({ "id": 1, "owner": "alice", "text": "buy milk" });
    assert_eq!(running.get("/notes", &token).await, (StatusCode::OK, Some(json!([note]))));
    assert_eq!(running.get("/notes/1", &token).await, (StatusCode::OK, Some(note)));
    assert_eq!(running.get("/notes/2", &token).await.0, StatusCode::NOT_FOUND);
    assert_eq!(running.get("/notes", "stolen").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_client_finds_its_way_from_a_route() {
    let running = Running::start().await;
    let refused = running.client.get(format!("{}/notes", running.origin)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let metadata =
        challenge.split("resource_metadata=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let metadata: Value = running.client.get(metadata).send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["authorization_servers"], json!([running.issuer.url()]));
    assert_eq!(metadata["scopes_supported"], json!(["create:notes", "read:notes", "delete:notes"]));
}

/// The message is the library's, and names what to set.
#[test]
fn without_settings_it_says_what_is_missing() {
    let output = program().env_remove("MCP_AUTH_ISSUER").env_remove("MCP_AUTH_RESOURCE").output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("MCP_AUTH_ISSUER"), "{message}");
}
