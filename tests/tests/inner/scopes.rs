//! Scope types on the wire: what is included is held, `Granted` is there when its scope is.

use mcp_auth::{Extractor, FromToolCall, Granted, Proves, Scope, ToolCall, ToolError, server};
use serde_json::json;

use crate::support::{Client, client};

/// See your notes.
#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

/// Nobody declares it; it leads from one to the other.
#[derive(Scope)]
#[scope("notes:comment", includes(ReadNotes))]
struct CommentNotes;

/// Tag your notes.
#[derive(Scope)]
#[scope("notes:tag", includes(ReadNotes))]
struct TagNotes;

/// Create, change and delete your notes.
#[derive(Scope)]
#[scope("notes:write", includes(CommentNotes, TagNotes))]
struct WriteNotes;

/// Everything.
#[derive(Scope)]
#[scope("notes:admin", includes(WriteNotes))]
struct AdminNotes;

fn read(_proof: &impl Proves<ReadNotes>) -> &'static str {
    "a note"
}

/// An extractor that forgot to say which scope it takes.
struct Careless;

impl Extractor for Careless {}

impl<S: Sync> FromToolCall<S> for Careless {
    async fn from_tool_call(server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        let _proof = Granted::<AdminNotes>::from_tool_call(server, call).await?;
        Ok(Self)
    }
}

struct Notes;

#[server(scopes(ReadNotes, TagNotes, WriteNotes, AdminNotes, "plain"))]
impl Notes {
    #[tool(scopes(ReadNotes))]
    fn list_notes(&self) -> &'static str {
        "notes"
    }

    #[tool(scopes("notes:read", "plain"))]
    fn by_literals(&self) -> &'static str {
        "notes"
    }

    #[tool]
    fn delete_note(&self, proof: Granted<WriteNotes>) -> String {
        format!("deleted {}, {proof:?}", read(&proof))
    }

    #[tool(any_of(AdminNotes, "plain"))]
    fn either(&self) -> &'static str {
        "either"
    }

    #[tool(public)]
    fn asks(&self, write: Option<Granted<WriteNotes>>, read: Option<Granted<ReadNotes>>) -> String {
        format!("{} {}", write.is_some(), read.is_some())
    }

    #[tool(authenticated)]
    fn careless(&self, _careless: Careless) -> &'static str {
        "careless"
    }
}

/// The tools that answer to a token of these scopes.
async fn open(scopes: &str) -> Vec<&'static str> {
    let client = client(Notes, scopes);
    let mut open = Vec::new();
    for tool in ["list_notes", "by_literals", "delete_note", "either"] {
        let answer = client.ask("tools/call", json!({ "name": tool, "arguments": {} })).await;
        let result = &answer["result"];
        if result["content"][0]["text"].is_string() && result["isError"] != true {
            open.push(tool);
        }
    }
    open
}

#[tokio::test]
async fn r16_a_broader_scope_opens_what_a_narrower_one_opens() {
    assert_eq!(open("").await, [""; 0]);
    assert_eq!(open("notes:read").await, ["list_notes"]);
    assert_eq!(open("notes:tag").await, ["list_notes"]);
    assert_eq!(open("notes:write").await, ["list_notes", "delete_note"]);
    assert_eq!(open("notes:admin").await, ["list_notes", "delete_note", "either"]);
    assert_eq!(open("notes:admin plain").await, ["list_notes", "by_literals", "delete_note", "either"]);
    assert_eq!(open("plain").await, ["either"]);
    assert_eq!(open("notes:tag plain").await, ["list_notes", "by_literals", "either"]);
    // What is not declared is not held, whatever it would include.
    assert_eq!(open("notes:comment").await, [""; 0]);
    assert_eq!(open("NOTES:READ notes:reads notes:rea").await, [""; 0]);
}

#[tokio::test]
async fn a_proof_is_there_when_its_scope_is() {
    let asks = |client: Client| async move { client.text("asks", json!({})).await };
    assert_eq!(asks(client(Notes, "notes:admin")).await, "true true");
    assert_eq!(asks(client(Notes, "notes:tag")).await, "false true");
    assert_eq!(asks(client(Notes, "plain")).await, "false false");
    assert_eq!(asks(client(Notes, "notes:admin").anonymous()).await, "false false");
    let text = client(Notes, "notes:admin").text("delete_note", json!({})).await;
    assert_eq!(text, "deleted a note, Granted(\"notes:write\")");
}

/// The rule of the tool does not know of the scope; the extractor checks again.
#[tokio::test]
async fn a_proof_that_the_rule_did_not_demand_is_not_given() {
    assert_eq!(client(Notes, "notes:write").failure("careless", json!({})).await, "not allowed");
    assert_eq!(client(Notes, "notes:admin").text("careless", json!({})).await, "careless");
}

#[tokio::test]
async fn no_json_value_sets_a_proof() {
    let client = client(Notes, "notes:admin");
    for tool in client.tools().await {
        assert_eq!(tool["inputSchema"].get("properties").and_then(|all| all.get("proof")), None, "{tool}");
    }
    let arguments = json!({ "write": {}, "read": null, "proof": "notes:write" });
    assert_eq!(client.clone().anonymous().text("asks", arguments).await, "false false");
}

#[tokio::test]
async fn r11_a_proof_is_asked_for_like_a_written_scope() {
    let tool = client(Notes, "notes:read").tool("delete_note").await;
    let schemes = json!([{ "type": "oauth2", "scopes": ["notes:write"] }]);
    assert_eq!(tool["_meta"]["securitySchemes"], schemes);
}
