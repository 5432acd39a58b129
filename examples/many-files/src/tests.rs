//! Whom the two servers let do what: the kit's issuer and requests, no sockets.

use mcp_auth::{
    Auth,
    testing::{TestIssuer, TestServer, assert_ok, assert_refused, assert_step_up},
};
use serde_json::json;

use crate::servers;

const ORIGIN: &str = "http://127.0.0.1:3000";

/// The notes and the team, in one process behind one issuer.
fn start() -> (TestServer, TestServer) {
    let issuer = TestIssuer::new();
    let auth = Auth::builder().issuer(issuer.issuer()).build().unwrap();
    let router = servers(&auth, ORIGIN).router().unwrap();
    let at = |path| TestServer::around(router.clone(), &format!("{ORIGIN}{path}"), &issuer);
    (at("/notes"), at("/team"))
}

#[tokio::test]
async fn reading_needs_its_scope_and_writing_another() {
    let (notes, _) = start();
    for tool in ["list_notes", "show_note", "search_notes"] {
        let call = || notes.call(tool, json!({ "number": 1, "word": "milk" }));
        assert_refused!(call().await, no_token);
        assert_step_up!(call().as_user("alice").await, "notes:read");
    }
    for (tool, arguments) in
        [("add_note", json!({ "text": "milk" })), ("delete_note", json!({ "number": 1 }))]
    {
        let call = notes.call(tool, arguments);
        assert_step_up!(call.as_user("alice").scopes("notes:read").await, "notes:write");
    }
    let search = notes.call("search_notes", json!({ "word": "milk" }));
    assert_ok!(search.as_user("alice").scopes("notes:read").await, "no note mentions milk");
}

#[tokio::test]
async fn who_may_write_may_read() {
    let (notes, _) = start();
    let call = |tool, arguments| notes.call(tool, arguments).as_user("alice").scopes("notes:write");
    assert_ok!(call("add_note", json!({ "text": "Buy milk" })).await, "kept as note 1");
    assert_ok!(call("search_notes", json!({ "word": "MILK" })).await, "1: Buy milk\n");
    let shown = call("show_note", json!({ "number": 1 })).await;
    assert_eq!(shown.structured(), Some(&json!({ "number": 1, "text": "Buy milk" })));
    assert_ok!(call("delete_note", json!({ "number": 1 })).await, "note 1 is gone");
    assert!(call("delete_note", json!({ "number": 1 })).await.is_tool_error());
}

#[tokio::test]
async fn notes_are_their_owners() {
    let (notes, _) = start();
    let call = |who, tool, arguments| notes.call(tool, arguments).as_user(who).scopes("notes:write");
    assert_ok!(call("alice", "add_note", json!({ "text": "Buy milk" })).await);
    assert_ok!(call("bob", "search_notes", json!({ "word": "milk" })).await, "no note mentions milk");
    let deleted = call("bob", "delete_note", json!({ "number": 1 })).await;
    assert_eq!((deleted.is_tool_error(), deleted.text()), (true, Some("you have no note 1")));
    assert_ok!(call("alice", "show_note", json!({ "number": 1 })).await);
}

#[tokio::test]
async fn a_token_for_one_server_is_nothing_at_the_other() {
    let (notes, team) = start();
    let scopes = "notes:read notes:write team:read team:manage";
    let at_notes = notes.call("list_notes", json!({})).as_user("alice").scopes(scopes);
    let at_team = team.call("list_members", json!({})).as_user("alice").scopes(scopes);
    assert_ok!(at_notes.clone().await);
    assert_ok!(at_team.clone().await);
    assert_refused!(at_notes.token(|token| token.audience(team.resource())).await, invalid_token);
    assert_refused!(at_team.token(|token| token.audience(notes.resource())).await, invalid_token);
}

#[tokio::test]
async fn each_server_has_its_own_tools_scopes_and_metadata() {
    let (notes, team) = start();
    let listed = notes.list_tools().as_user("alice").scopes("notes:write").await;
    let names = ["list_notes", "show_note", "add_note", "delete_note", "search_notes"];
    assert_eq!(listed.tool_names(), names);
    let listed = team.list_tools().as_user("alice").scopes("team:read").await;
    assert_eq!(listed.tool_names(), ["list_members", "invite", "remove_member"]);
    for (server, scopes) in [(notes, ["notes:read", "notes:write"]), (team, ["team:read", "team:manage"])] {
        let metadata = server.metadata().await;
        assert_eq!(metadata.json()["resource"], server.resource());
        assert_eq!(metadata.json()["scopes_supported"], json!(scopes));
    }
}

/// What the token says of the team is the team: nobody names it in a call.
#[tokio::test]
async fn the_team_is_the_one_of_the_token() {
    let (_, team) = start();
    let call = |of, tool, arguments| {
        team.call(tool, arguments).as_user("alice").scopes("team:read").token(move |token| match of {
            Some(team) => token.claim("team", team),
            None => token,
        })
    };
    assert_ok!(call(Some("red"), "invite", json!({ "name": "carol" })).await, "carol is in");
    assert_ok!(call(None, "invite", json!({ "name": "dave" })).await, "dave is in");
    for (of, members) in [(Some("red"), json!(["carol"])), (None, json!(["dave"])), (Some("blue"), json!([]))]
    {
        let listed = call(of, "list_members", json!({})).await;
        assert_eq!(listed.structured(), Some(&json!({ "result": members })), "{of:?}");
    }
}

/// A claim of another shape is a refusal, and no error of the server's.
#[tokio::test]
async fn a_team_that_is_a_number_is_refused() {
    let (_, team) = start();
    let call = team.call("list_members", json!({})).as_user("alice").scopes("team:read");
    let refused = call.token(|token| token.claim("team", 7)).await;
    assert!(refused.is_tool_error(), "{refused}");
    assert!(refused.challenge().is_none(), "no scope would help: {refused}");
}

#[tokio::test]
async fn the_fourth_invitation_asks_for_more() {
    let (_, team) = start();
    let invite =
        |name: &str| team.call("invite", json!({ "name": name })).as_user("alice").scopes("team:read");
    for name in ["bob", "carol", "dave"] {
        assert_ok!(invite(name).await, format!("{name} is in"));
    }
    assert_step_up!(invite("erin").await, "team:read", "team:manage");
    assert_ok!(invite("erin").scopes("team:manage").await, "erin is in");
    // Of another team, whose first it is.
    assert_ok!(invite("erin").token(|token| token.claim("team", "red")).await, "erin is in");
}

#[tokio::test]
async fn who_may_not_see_the_team_gets_nowhere() {
    let (_, team) = start();
    for request in [team.list_tools(), team.call("list_members", json!({})), team.call("invite", json!({}))] {
        assert_refused!(request.clone().await, no_token);
        assert_step_up!(request.as_user("alice").scopes("notes:read").await, "team:read");
    }
    // The first challenge asks for what everybody needs, and no more.
    let first = team.list_tools().await;
    assert_eq!(first.challenge().unwrap().scopes(), ["team:read"]);
}

#[tokio::test]
async fn who_manages_the_team_removes_people() {
    let (_, team) = start();
    let call = |tool, scopes| team.call(tool, json!({ "name": "bob" })).as_user("alice").scopes(scopes);
    assert_ok!(call("invite", "team:read").await, "bob is in");
    assert_step_up!(call("remove_member", "team:read").await, "team:read", "team:manage");
    assert_ok!(call("remove_member", "team:manage").await, "bob is out");
    let listed = call("list_members", "team:read").await;
    assert_eq!(listed.structured(), Some(&json!({ "result": [] })));
}
