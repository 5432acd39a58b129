//! Tokens of GitHub Apps end after eight hours, and their refresh tokens are good once.

use std::time::Duration;

use mcp_auth::testing::GitHubPart;
use serde_json::json;

use crate::support::{EIGHT_HOURS, World, assert_told};

async fn app() -> World {
    let settings = |server: mcp_auth::AuthorizationServer| server;
    World::with(|github| github.expire_tokens_after(EIGHT_HOURS), settings).await
}

/// The access token of ours is good for an hour: a new one for the same person.
async fn later(world: &World, by: Duration) -> mcp_auth::testing::Grant {
    world.clock.advance(by);
    world.grant().await
}

#[tokio::test]
async fn s35_a_token_is_renewed_before_it_runs_out() {
    let world = app().await;
    let grant = world.grant().await;
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    assert_eq!(world.github.requests(GitHubPart::Token), 0, "it is young");
    let grant = later(&world, EIGHT_HOURS.saturating_sub(Duration::from_secs(60))).await;
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    assert_eq!(world.github.requests(GitHubPart::Token), 1, "it would run out within minutes");
    let grant = later(&world, EIGHT_HOURS * 2).await;
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    assert_eq!(world.github.requests(GitHubPart::Token), 2, "the next refresh token was kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c31_fifty_calls_renew_once() {
    let world = app().await;
    world.grant().await;
    for round in 1..=5 {
        let grant = later(&world, EIGHT_HOURS).await;
        let calls = (0..50).map(|_| world.login(&grant));
        for answer in futures_util::future::join_all(calls).await {
            assert_eq!(answer.text(), Some("octocat"), "{answer:?}");
        }
        assert_eq!(world.github.requests(GitHubPart::Token), round);
    }
}

/// A refresh token that was given for a caller who hung up is not lost.
#[tokio::test]
async fn c31_a_caller_that_hangs_up_takes_no_refresh_token_along() {
    let world = app().await;
    world.grant().await;
    let grant = later(&world, EIGHT_HOURS).await;
    world.github.answer_slowly(GitHubPart::Token, Duration::from_millis(200));
    let call = tokio::time::timeout(Duration::from_millis(50), world.login(&grant)).await;
    assert!(call.is_err(), "the caller went away");
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    assert_eq!(world.github.requests(GitHubPart::Token), 1);
}

#[tokio::test]
async fn c34_a_token_that_is_still_good_is_used_while_github_cannot_renew_it() {
    let world = app().await;
    world.grant().await;
    let grant = later(&world, EIGHT_HOURS.saturating_sub(Duration::from_secs(60))).await;
    for status in [500, 503] {
        world.github.fail_with(GitHubPart::Token, status);
        assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    }
    assert_eq!(world.github.requests(GitHubPart::Token), 1, "GitHub is left alone for a while");
    world.clock.advance(Duration::from_secs(120));
    assert_told(&world.login(&grant).await, "GitHub cannot answer now; try again in");
    world.github.recover();
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(world.login(&grant).await.text(), Some("octocat"), "the grant lives");
}

/// A token may end before its time; then nothing has been done yet, and the request is sent again.
#[tokio::test]
async fn a_token_that_ended_early_is_renewed_and_the_request_sent_again() {
    let world = app().await;
    let grant = world.grant().await;
    world.github.answer("/repos/a/b/issues", json!({ "number": 1 }));
    world.github.expire_now("octocat");
    let answer = world.call("open_issue", json!({ "title": "hello" }), &grant).await;
    assert_eq!(answer.text(), Some(r#"{"number":1}"#), "{answer:?}");
    assert_eq!(world.github.requests(GitHubPart::Token), 1);
    let calls = world.github.api_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(
        calls[0],
        ("POST".to_owned(), "/repos/a/b/issues".to_owned(), r#"{"title":"hello"}"#.to_owned())
    );
}
