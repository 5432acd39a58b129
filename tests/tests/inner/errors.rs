//! How tools fail: what the client reads, and what only the log does.

use std::{fmt, io};

use mcp_auth::{Json, TellClient, ToolError, rmcp::ErrorData, server};
use serde_json::{Value, json};

use crate::support::{LEGACY_VERSIONS, Log, client};

const SECRET: &str = "postgres://app:hunter2@db";

fn refused() -> io::Error {
    io::Error::other(format!("cannot reach {SECRET}"))
}

/// Its own text is harmless, its cause is not.
#[derive(Debug)]
struct Outer(io::Error);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store failed")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Meant for the client, and an error of the standard library as well.
#[derive(Debug)]
enum Shelf {
    Full(u8),
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shelf of {SECRET} is full")
    }
}

impl std::error::Error for Shelf {}

impl TellClient for Shelf {
    fn tell_client(&self) -> String {
        let Self::Full(number) = self;
        format!("shelf {number} is full")
    }
}

/// Meant for the client, and nothing else.
struct Polite;

impl TellClient for Polite {
    fn tell_client(&self) -> String {
        "please do not".to_owned()
    }
}

/// An error whose text panics.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("{SECRET}")
    }
}

impl std::error::Error for Broken {}

struct Failing;

#[server(scopes("a"))]
impl Failing {
    #[tool(public)]
    async fn told(&self) -> Result<String, ToolError> {
        Err(ToolError::tell("give the number of a note"))
    }

    #[tool(public)]
    async fn question_mark(&self) -> Result<String, ToolError> {
        Err(refused())?;
        Ok("never".to_owned())
    }

    #[tool(public)]
    async fn with_a_cause(&self) -> Result<(), ToolError> {
        Err(Outer(refused()))?;
        Ok(())
    }

    #[tool(public)]
    async fn anyhow_by_question_mark(&self) -> Result<(), ToolError> {
        Err(anyhow::Error::new(refused()).context("while saving"))?;
        Ok(())
    }

    #[tool(public)]
    async fn anyhow_itself(&self) -> anyhow::Result<Json<Vec<u8>>> {
        use anyhow::Context;
        Err(refused()).context("while saving")
    }

    #[tool(public)]
    async fn plain_io(&self) -> io::Result<()> {
        Err(refused())
    }

    #[tool(public)]
    async fn boxed(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(refused().into())
    }

    #[tool(public)]
    async fn protocol_by_question_mark(&self) -> Result<(), ToolError> {
        Err(ErrorData::internal_error(SECRET, None))?;
        Ok(())
    }

    #[tool(public)]
    async fn panics(&self) -> String {
        tokio::task::yield_now().await;
        panic!("no way to {SECRET}")
    }

    #[tool(public)]
    fn panics_at_once(&self) {
        let _number = u8::try_from(256).expect(SECRET);
    }

    #[tool(public)]
    async fn broken_text(&self) -> Result<(), ToolError> {
        Err(Broken)?;
        Ok(())
    }

    #[tool(public)]
    async fn typed(&self) -> Result<String, Shelf> {
        Err(Shelf::Full(3))
    }

    #[tool(public)]
    async fn polite(&self) -> Result<String, Polite> {
        Err(Polite)
    }

    #[tool(authenticated)]
    async fn forbidden(&self) -> Result<(), ToolError> {
        Err(ToolError::forbidden())
    }

    #[tool(public)]
    async fn protocol(&self) -> Result<(), ToolError> {
        Err(ToolError::protocol(ErrorData::invalid_params("no such page", Some(json!({ "page": 9 })))))
    }

    #[tool(public)]
    fn fine(&self) -> &'static str {
        "fine"
    }
}

#[tokio::test]
async fn what_is_told_is_said_as_it_stands() {
    let client = client(Failing, "");
    assert_eq!(client.failure("told", json!({})).await, "give the number of a note");
    assert_eq!(client.failure("typed", json!({})).await, "shelf 3 is full");
    assert_eq!(client.failure("polite", json!({})).await, "please do not");
}

/// The client gets an id, the log the error with its causes under the same id, the wire nothing of it.
#[tokio::test]
async fn everything_else_is_for_the_log() {
    let client = client(Failing, "");
    for (tool, logged) in [
        ("question_mark", "cannot reach"),
        ("with_a_cause", "the store failed: cannot reach"),
        ("anyhow_by_question_mark", "while saving: cannot reach"),
        ("anyhow_itself", "while saving: cannot reach"),
        ("plain_io", "cannot reach"),
        ("boxed", "cannot reach"),
        ("protocol_by_question_mark", "postgres"),
        ("panics", "panicked: no way to"),
        ("panics_at_once", "panicked: "),
        ("broken_text", "panicked: "),
    ] {
        let (log, guard) = Log::start();
        let result = client.call(tool, json!({})).await;
        drop(guard);
        assert_eq!(result["isError"], true, "{tool}: {result}");
        assert!(!result.to_string().contains("hunter2"), "{tool}: {result}");
        assert!(result.get("structuredContent").is_none(), "{tool}: {result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        let reference =
            text.strip_prefix("internal error, reference ").unwrap_or_else(|| panic!("{tool}: {text}"));
        assert_eq!(reference.len(), 8, "{tool}: {text}");
        let lines = log.lines_with(reference);
        let errors: Vec<_> = lines.iter().filter(|line| line.contains("ERROR")).collect();
        let [line] = errors[..] else { panic!("{tool}: {lines:?}") };
        assert!(line.contains(logged) && line.contains(SECRET), "{tool}: {line}");
        assert!(line.contains(tool), "{tool}: {line}");
    }
    assert_eq!(client.text("fine", json!({})).await, "fine");
}

#[tokio::test]
async fn two_failures_have_two_references() {
    let client = client(Failing, "");
    let first = client.failure("question_mark", json!({})).await;
    assert_ne!(first, client.failure("question_mark", json!({})).await);
}

/// Signing in again would change nothing, so nothing asks for it.
#[tokio::test]
async fn forbidden_has_no_challenge() {
    let result = client(Failing, "a").call("forbidden", json!({})).await;
    assert_eq!(result["isError"], true);
    assert_eq!(result["content"][0]["text"], "not allowed");
    assert!(!result.to_string().contains("www_authenticate"), "{result}");
}

#[tokio::test]
async fn protocol_errors_pass_as_they_are() {
    let answer = client(Failing, "").ask("tools/call", json!({ "name": "protocol", "arguments": {} })).await;
    assert_eq!(answer["error"], json!({ "code": -32602, "message": "no such page", "data": { "page": 9 } }));
}

#[tokio::test]
async fn older_protocol_versions_see_the_same() {
    let client = client(Failing, "");
    for version in LEGACY_VERSIONS {
        let told: Value = client.legacy_call(version, "told", json!({})).await;
        assert_eq!(told["content"][0]["text"], "give the number of a note");
        let panicked = client.legacy_call(version, "panics", json!({})).await;
        assert_eq!(panicked["isError"], true, "{panicked}");
        assert!(!panicked.to_string().contains("hunter2"), "{panicked}");
    }
}
