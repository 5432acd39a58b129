use mcp_auth::testing::{TestServer, assert_ok, assert_refused, assert_step_up};
use serde_json::json;

#[tokio::test]
async fn the_scopes_hold() {
    let server = TestServer::start(Notes).await;
    let count = || server.call("count_notes", json!({}));
    assert_ok!(count().as_user("alice").scopes("notes:read").await, "alice has 3 notes");
    assert_refused!(count().await);
    assert_refused!(count().as_user("alice").token(|token| token.expired()).await);
    let delete = server.call("delete_note", json!({ "id": 1 }));
    assert_step_up!(delete.as_user("alice").scopes("notes:read").await, "notes:read", "notes:write");
}
