//! GitHub in trouble, and requests that GitHub refuses: never a fault of the sign-in.

use std::time::Duration;

use mcp_auth::testing::GitHubPart;
use serde_json::json;

use crate::support::{World, assert_told};

#[tokio::test]
async fn c34_while_github_is_down_the_client_reads_so_and_the_grant_lives() {
    let world = World::new().await;
    let grant = world.grant().await;
    for status in [500, 502, 503, 504] {
        world.github.fail_with(GitHubPart::Api, status);
        assert_told(&world.login(&grant).await, "GitHub cannot answer now; try again in a moment");
    }
    world.github.recover();
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
}

#[tokio::test]
async fn c35_a_rate_limit_is_told_with_its_time_and_nothing_is_tried_again() {
    let world = World::new().await;
    let grant = world.grant().await;
    world.github.limit_rate(GitHubPart::Api, Duration::from_secs(42));
    assert_told(&world.login(&grant).await, "try again in 42 seconds");
    assert_eq!(world.github.requests(GitHubPart::Api), 1);
    world.github.recover();
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
}

#[tokio::test]
async fn a_request_that_github_refuses_is_told_by_its_status() {
    let world = World::new().await;
    let grant = world.grant().await;
    world.github.answer_with("/user", 403, json!({ "message": "secret of GitHub" }));
    let answer = world.login(&grant).await;
    assert_told(&answer, "GitHub answers 403");
    assert!(!answer.body().contains("secret of GitHub"));
    assert_told(&world.call("read", json!({ "path": "/nothing" }), &grant).await, "GitHub answers 404");
    world.github.answer_with("/user", 302, json!({}));
    assert_told(&world.login(&grant).await, "GitHub answers 302");
}

#[tokio::test]
async fn what_cannot_be_read_or_sent_is_for_the_log() {
    let world = World::new().await;
    let grant = world.grant().await;
    world.github.answer("/user", json!({ "login": 7, "private": "hunter2" }));
    let answer = world.login(&grant).await;
    assert_told(&answer, "internal error, reference");
    let asked = world.github.requests(GitHubPart::Api);
    for path in
        ["user", "/../login/oauth/authorize", "/a/%2e%2e/b", "//../x", "/a b", "https://evil.example/"]
    {
        assert_told(&world.call("read", json!({ "path": path }), &grant).await, "internal error, reference");
    }
    assert_eq!(world.github.requests(GitHubPart::Api), asked, "nothing was sent");
    // A second host in a path is a part of the path.
    assert_told(&world.call("read", json!({ "path": "//evil.example/x" }), &grant).await, "answers 404");
}
