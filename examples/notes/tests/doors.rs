//! Who may do what at both doors, with the test kit.

#![expect(
    clippy::unwrap_used,
    clippy::redundant_closure_for_method_calls,
    reason = "a test fails by panicking; `|token| token.expired()` reads like the documentation"
)]

use mcp_auth::{
    Auth,
    testing::{TestIssuer, TestServer, assert_ok, assert_refused, assert_step_up},
};
use serde_json::{Value, json};

const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

fn start() -> TestServer {
    let issuer = TestIssuer::new();
    let auth = Auth::builder().issuer(issuer.issuer()).resource(RESOURCE).build().unwrap();
    TestServer::around(notes_example::router(&auth).unwrap(), RESOURCE, &issuer)
}

/// Alice and Bob have a note each.
async fn start_with_notes() -> TestServer {
    let server = start();
    for (who, text) in [("alice", "buy milk"), ("bob", "call Alice")] {
        let create = server.call("create_note", json!({ "text": text }));
        assert_ok!(create.as_user(who).scopes("create:notes").await, format!("kept: {text}"));
    }
    server
}

fn ids(notes: &Value) -> Vec<u64> {
    notes.as_array().unwrap().iter().map(|note| note["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn creating_needs_its_scope() {
    let server = start();
    let create = || server.call("create_note", json!({ "text": "buy milk" }));
    assert_refused!(create().await, no_token);
    assert_step_up!(create().as_user("alice").scopes("read:notes delete:notes").await, "create:notes");
    assert_ok!(create().as_user("alice").scopes("create:notes").await);
}

#[tokio::test]
async fn both_doors_show_the_same_notes() {
    let server = start_with_notes().await;
    for (who, scopes, expected) in [
        ("alice", "", vec![1]),
        ("bob", "create:notes", vec![2]),
        ("carol", "delete:notes", vec![]),
        ("carol", "read:notes", vec![1, 2]),
    ] {
        let tool = server.call("list_notes", json!({})).as_user(who).scopes(scopes).await;
        assert_eq!(ids(&tool.structured().unwrap()["result"]), expected, "{who} {scopes}");
        let route = server.get("/notes").as_user(who).scopes(scopes).await;
        assert_eq!(ids(route.json()), expected, "{who} {scopes}");
        for id in [1, 2, 3] {
            let one = server.get(&format!("/notes/{id}")).as_user(who).scopes(scopes).await;
            let status = if expected.contains(&id) { 200 } else { 404 };
            assert_eq!(one.status(), status, "{who} {scopes} {id}");
        }
    }
}

#[tokio::test]
async fn the_routes_refuse_what_the_endpoint_refuses() {
    let server = start_with_notes().await;
    for path in ["/notes", "/notes/1"] {
        let get = || server.get(path).as_user("alice");
        assert_refused!(server.get(path).await, no_token);
        assert_refused!(get().token(|token| token.expired()).await, invalid_token);
        assert_refused!(get().token(|token| token.wrong_audience()).await, invalid_token);
        assert_refused!(get().token(|token| token.id_token()).await, invalid_token);
        let note = get().await;
        assert_eq!(note.status(), 200);
        assert_eq!(note.header("cache-control"), Some("private"));
    }
}

#[tokio::test]
async fn notes_of_others_need_a_scope_to_be_deleted() {
    let server = start_with_notes().await;
    let delete = |id: u64| server.call("delete_note", json!({ "id": id }));
    assert_step_up!(delete(2).as_user("alice").scopes("create:notes read:notes").await, "delete:notes");
    // The same for a note that nobody has: a refusal does not tell.
    assert_step_up!(delete(3).as_user("alice").await, "delete:notes");
    assert_ok!(delete(1).as_user("alice").await, "note 1 is gone");
    assert_ok!(delete(2).as_user("carol").scopes("delete:notes").await, "note 2 is gone");
    assert!(delete(2).as_user("carol").scopes("delete:notes").await.is_tool_error());
    assert_eq!(server.get("/notes").as_user("bob").await.json(), &json!([]));
}
