//! What tools return, as every protocol version receives it.

use std::{borrow::Cow, collections::BTreeMap};

use mcp_auth::{
    Json,
    rmcp::model::{CallToolResponse, CallToolResult, ContentBlock},
    server,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::{LEGACY_VERSIONS, assert_fits, client};

#[derive(Clone, Serialize, JsonSchema)]
struct Note {
    id: u32,
    text: String,
    tags: Vec<Tag>,
}

#[derive(Clone, Serialize, JsonSchema)]
struct Tag {
    name: String,
}

/// Refers to itself, and is no object at its root.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(untagged)]
enum Nest {
    Leaf(u8),
    Nests(Vec<Nest>),
}

#[derive(Clone, Serialize, JsonSchema)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

fn note() -> Note {
    Note { id: 1, text: "x".to_owned(), tags: vec![Tag { name: "t".to_owned() }] }
}

struct Results;

#[server]
impl Results {
    #[tool(public)]
    fn nothing(&self) {}

    #[tool(public)]
    fn borrowed(&self) -> &'static str {
        "text"
    }

    #[tool(public)]
    fn owned(&self) -> String {
        "text".to_owned()
    }

    #[tool(public)]
    fn cow(&self) -> Cow<'_, str> {
        Cow::Borrowed("text")
    }

    #[tool(public)]
    fn letter(&self) -> char {
        'x'
    }

    #[tool(public)]
    fn truth(&self) -> bool {
        true
    }

    #[tool(public)]
    fn integer(&self) -> i64 {
        i64::MIN
    }

    #[tool(public)]
    fn huge(&self) -> u128 {
        u128::MAX
    }

    #[tool(public)]
    fn real(&self) -> f64 {
        0.1
    }

    #[tool(public)]
    fn not_a_number(&self) -> f64 {
        f64::NAN
    }

    #[tool(public)]
    fn structure(&self) -> Json<Note> {
        Json(note())
    }

    #[tool(public)]
    async fn list(&self) -> Json<Vec<Note>> {
        Json(vec![note()])
    }

    #[tool(public)]
    fn number(&self) -> Json<u8> {
        Json(7)
    }

    #[tool(public)]
    fn maybe(&self, there: bool) -> Json<Option<Note>> {
        Json(there.then(note))
    }

    #[tool(public)]
    fn map(&self) -> Json<BTreeMap<String, u8>> {
        Json([("a".to_owned(), 1)].into())
    }

    #[tool(public)]
    fn value(&self) -> Json<Value> {
        Json(json!([1, { "a": null }]))
    }

    #[tool(public)]
    fn nest(&self) -> Json<Nest> {
        Json(Nest::Nests(vec![Nest::Leaf(1), Nest::Nests(Vec::new())]))
    }

    #[tool(public)]
    fn tree(&self) -> Json<Tree> {
        let leaf = Tree { name: "b".to_owned(), children: Vec::new() };
        Json(Tree { name: "a".to_owned(), children: vec![leaf] })
    }

    #[tool(public)]
    fn forest(&self) -> Json<Vec<Tree>> {
        Json(vec![Tree { name: "a".to_owned(), children: Vec::new() }])
    }

    #[tool(public)]
    fn fallible(&self) -> mcp_auth::prelude::Result<Json<Vec<u8>>> {
        Ok(Json(vec![1]))
    }

    #[tool(public)]
    fn unwritable(&self) -> Json<BTreeMap<Vec<u8>, u8>> {
        Json([(vec![1], 1)].into())
    }

    #[tool(public)]
    fn block(&self) -> ContentBlock {
        ContentBlock::text("text")
    }

    #[tool(public)]
    fn blocks(&self) -> Vec<ContentBlock> {
        vec![ContentBlock::text("text"), ContentBlock::text("more")]
    }

    #[tool(public)]
    fn own(&self) -> CallToolResult {
        CallToolResult::error(vec![ContentBlock::text("own")])
    }

    #[tool(public)]
    fn response(&self) -> Result<CallToolResponse, mcp_auth::ToolError> {
        Ok(CallToolResult::success(vec![ContentBlock::text("text")]).into())
    }
}

#[tokio::test]
async fn plain_values_are_text() {
    let client = client(Results, "");
    for (tool, text) in [
        ("borrowed", "text"),
        ("owned", "text"),
        ("cow", "text"),
        ("letter", "x"),
        ("truth", "true"),
        ("integer", "-9223372036854775808"),
        ("huge", "340282366920938463463374607431768211455"),
        ("real", "0.1"),
        ("not_a_number", "NaN"),
        ("block", "text"),
        ("blocks", "text"),
        ("response", "text"),
    ] {
        assert_eq!(client.text(tool, json!({})).await, text, "{tool}");
        assert!(client.tool(tool).await.get("outputSchema").is_none(), "{tool}");
    }
    let nothing = client.call("nothing", json!({})).await;
    assert_eq!(nothing["content"], json!([]));
    assert_ne!(nothing["isError"], true);
    assert_eq!(client.failure("own", json!({})).await, "own");
    let blocks = client.call("blocks", json!({})).await;
    assert_eq!(blocks["content"].as_array().unwrap().len(), 2);
}

fn structured() -> Vec<(&'static str, Value, Value)> {
    let note = json!({ "id": 1, "text": "x", "tags": [{ "name": "t" }] });
    let leaf = |name: &str| json!({ "name": name, "children": [] });
    vec![
        ("structure", json!({}), note.clone()),
        ("list", json!({}), json!({ "result": [note] })),
        ("number", json!({}), json!({ "result": 7 })),
        ("maybe", json!({ "there": true }), json!({ "result": note })),
        ("maybe", json!({ "there": false }), json!({ "result": null })),
        ("map", json!({}), json!({ "a": 1 })),
        ("value", json!({}), json!({ "result": [1, { "a": null }] })),
        ("nest", json!({}), json!({ "result": [1, []] })),
        ("tree", json!({}), json!({ "name": "a", "children": [leaf("b")] })),
        ("forest", json!({}), json!({ "result": [leaf("a")] })),
        ("fallible", json!({}), json!({ "result": [1] })),
    ]
}

/// Structured content is an object with a schema that it fits, and text for clients that read nothing else.
#[tokio::test]
async fn structured_content_fits_its_schema() {
    let client = client(Results, "");
    for (tool, arguments, expected) in structured() {
        let result = client.call(tool, arguments).await;
        assert_eq!(result["structuredContent"], expected, "{tool}");
        let schema = client.tool(tool).await["outputSchema"].clone();
        assert_eq!(schema["type"], "object", "{tool}: {schema}");
        assert_fits(&schema, &expected);
        let text = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), expected, "{tool}");
    }
}

/// A wrapped schema still says what it said: its references lead to where they led.
#[tokio::test]
async fn schemas_still_refuse_what_does_not_fit() {
    let client = client(Results, "");
    for (tool, wrong) in [
        ("list", json!({ "result": [{ "id": "x", "text": "x", "tags": [] }] })),
        ("list", json!([])),
        ("list", json!({})),
        ("maybe", json!({ "result": { "id": 1, "text": "x", "tags": [{}] } })),
        ("nest", json!({ "result": ["x"] })),
        ("nest", json!({ "result": [[{ "result": 1 }]] })),
        ("tree", json!({ "name": "a", "children": [{ "name": 1, "children": [] }] })),
        ("forest", json!({ "result": [{ "name": "a", "children": [1] }] })),
    ] {
        let schema = client.tool(tool).await["outputSchema"].clone();
        assert!(!crate::support::fits(&schema, &wrong), "{tool} admits {wrong}: {schema:#}");
    }
}

#[tokio::test]
async fn every_protocol_version_gets_the_same_result() {
    let client = client(Results, "");
    for version in LEGACY_VERSIONS {
        for (tool, arguments, expected) in structured() {
            let result = client.legacy_call(version, tool, arguments).await;
            assert_eq!(result["structuredContent"], expected, "{version} {tool}");
            assert!(result["content"][0]["text"].is_string(), "{version} {tool}");
            assert!(result.get("resultType").is_none(), "{version} {tool}: {result}");
        }
        let listed = client.legacy_ask(version, "tools/list", json!({})).await;
        for tool in listed["result"]["tools"].as_array().unwrap() {
            assert_eq!(tool["inputSchema"]["type"], "object", "{version}");
            if let Some(output) = tool.get("outputSchema") {
                assert_eq!(output["type"], "object", "{version}: {tool}");
            }
        }
    }
}

/// A map with keys that are no strings is the developer's mistake.
#[tokio::test]
async fn what_cannot_be_written_is_an_internal_error() {
    let (log, _guard) = crate::support::Log::start();
    let text = client(Results, "").failure("unwritable", json!({})).await;
    let reference = text.strip_prefix("internal error, reference ").expect(&text).to_owned();
    let lines = log.lines_with(&reference);
    assert!(lines.iter().any(|line| line.contains("key must be a string")), "{lines:?}");
}
