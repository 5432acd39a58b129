//! The example as a client meets it: a process, its stdin and its stdout.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{process::Stdio, time::Duration};

use rmcp::{
    ServiceExt,
    model::{CallToolRequestParams, CallToolResult},
    transport::TokioChildProcess,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

type Environment<'a> = &'a [(&'a str, &'a str)];

const NOBODY: Environment<'static> = &[];
const READER: Environment<'static> =
    &[("MCP_AUTH_LOCAL_SUBJECT", "alice"), ("MCP_AUTH_LOCAL_SCOPES", "notes:read")];
const WRITER: Environment<'static> =
    &[("MCP_AUTH_LOCAL_SUBJECT", "bob"), ("MCP_AUTH_LOCAL_SCOPES", " notes:write ")];

fn command(environment: Environment<'_>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stdio-example"));
    command.envs(environment.iter().copied()).kill_on_drop(true).stderr(Stdio::piped());
    command
}

/// The process, its handshake done.
struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Process {
    async fn start(environment: Environment<'_>) -> Self {
        let mut child = command(environment).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Self { child, stdin, stdout };
        let client = json!({ "name": "test", "version": "1" });
        let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        let answer = process.ask("initialize", hello).await;
        assert_eq!(answer["result"]["serverInfo"]["name"], "stdio-example", "{answer}");
        process.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        process
    }

    async fn send(&mut self, message: &Value) {
        self.stdin.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// The answer, which is the next line: nothing else is ever written to stdout.
    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).await;
        let line =
            timeout(Duration::from_secs(10), self.stdout.next_line()).await.expect("an answer in time");
        let line = line.unwrap().unwrap_or_else(|| panic!("{method}: the process ended"));
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await["result"].clone()
    }

    /// The text of a call, and whether it was refused.
    async fn text(&mut self, tool: &str) -> (String, bool) {
        let result = self.call(tool, json!({})).await;
        assert!(!result.to_string().contains("www_authenticate"), "nowhere to sign in: {result}");
        (result["content"][0]["text"].as_str().unwrap_or_default().to_owned(), result["isError"] == true)
    }

    /// Closes stdin; the log.
    async fn end(mut self) -> String {
        drop(self.stdin);
        let status = timeout(Duration::from_secs(10), self.child.wait()).await.expect("it ends").unwrap();
        assert!(status.success(), "{status}");
        assert_eq!(self.stdout.next_line().await.unwrap(), None);
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
        log
    }
}

#[tokio::test]
async fn an_identity_runs_what_its_scopes_allow_and_nothing_else() {
    let mut alice = Process::start(READER).await;
    assert_eq!(alice.text("ping").await, ("pong".to_owned(), false));
    assert_eq!(alice.text("whoami").await, ("alice by local".to_owned(), false));
    assert_eq!(alice.text("count_notes").await, ("3".to_owned(), false));
    assert_eq!(alice.text("delete_notes").await, ("this tool needs the scope notes:write".to_owned(), true));
    // The tool itself asks for more.
    let drafts = alice.call("count_notes", json!({ "drafts": true })).await;
    assert_eq!(drafts["content"][0]["text"], "this tool needs the scope notes:read notes:write", "{drafts}");
    assert_eq!(drafts["isError"], true);
    // What a client says of itself changes nothing.
    let forged = json!({
        "name": "delete_notes",
        "arguments": { "user": "bob", "_proof": true, "scopes": ["notes:write"] },
        "_meta": { "authorization": "Bearer x", "scope": "notes:write", "subject": "bob" },
    });
    assert_eq!(alice.ask("tools/call", forged).await["result"]["isError"], true);
    assert!(alice.end().await.contains("serving on stdin and stdout"), "the log is on stderr");

    let mut bob = Process::start(WRITER).await;
    assert_eq!(bob.text("delete_notes").await, ("deleted".to_owned(), false));
    assert_eq!(bob.text("count_notes").await, ("3".to_owned(), false));
    assert_eq!(bob.call("count_notes", json!({ "drafts": true })).await["content"][0]["text"], "5");
    bob.end().await;
}

#[tokio::test]
async fn without_an_identity_only_public_tools_run() {
    let mut nobody = Process::start(NOBODY).await;
    assert_eq!(nobody.text("ping").await, ("pong".to_owned(), false));
    for tool in ["whoami", "count_notes", "delete_notes"] {
        assert_eq!(nobody.text(tool).await, ("authorization required".to_owned(), true), "{tool}");
    }
    let list = nobody.ask("tools/list", json!({})).await;
    assert!(list["result"]["tools"].as_array().is_some_and(|tools| !tools.is_empty()), "{list}");
    assert_eq!(nobody.ask("tools/call", json!({ "name": "nothing" })).await["error"]["code"], -32602);
    assert_eq!(nobody.ask("prompts/list", json!({})).await["error"]["code"], -32601);
    assert!(nobody.end().await.contains("only public tools run"));
}

#[tokio::test]
async fn an_identity_that_cannot_work_does_not_start() {
    let subject = "MCP_AUTH_LOCAL_SUBJECT";
    let scopes = "MCP_AUTH_LOCAL_SCOPES";
    let cases: [(Environment<'_>, &[&str]); 4] = [
        (
            &[(subject, "alice"), (scopes, "notes:raed other")],
            &["notes:raed", "other", "notes:read notes:write"],
        ),
        (&[(scopes, "notes:read")], &[subject, "nobody who holds them"]),
        (&[(subject, "alice"), ("MCP_AUTH_LOCAL_SCOPE", "notes:read")], &["there is no such setting"]),
        (&[("MCP_AUTH_LOCAL_SCOPE", "x"), (scopes, "notes:read")], &["2 problems", subject]),
    ];
    for (environment, words) in cases {
        let child = command(environment).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output =
            timeout(Duration::from_secs(10), child.wait_with_output()).await.expect("it ends").unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"");
        let log = String::from_utf8(output.stderr).unwrap();
        for word in words {
            assert!(log.contains(word), "{word} is not in {log}");
        }
    }
}

#[tokio::test]
async fn rmcps_own_client_gets_the_same_answers() {
    let client = ().serve(TokioChildProcess::new(command(READER)).unwrap()).await.unwrap();
    assert_eq!(client.list_all_tools().await.unwrap().len(), 4);
    let text = |result: CallToolResult| {
        let text = result.content.first().and_then(|content| content.as_text().map(|text| text.text.clone()));
        (text.unwrap_or_default(), result.is_error == Some(true))
    };
    let call = async |tool: &'static str| client.call_tool(CallToolRequestParams::new(tool)).await.unwrap();
    assert_eq!(text(call("whoami").await), ("alice by local".to_owned(), false));
    assert_eq!(text(call("delete_notes").await), ("this tool needs the scope notes:write".to_owned(), true));
    client.cancel().await.unwrap();
}
