//! The provider does not honour the sign-in any more: named, once, and for everything that hangs on it.

use std::time::Duration;

use mcp_auth::{
    Auth,
    store::SqliteStore,
    testing::{GitHubPart, Grant, TestIssuer, TestServer},
};
use serde_json::json;

use crate::support::{EIGHT_HOURS, Profiles, RESOURCE, World, assert_ended};

#[tokio::test]
async fn c32_a_token_that_the_person_revoked_ends_all_their_grants_with_401() {
    let world = World::new().await;
    let (one, other) = (world.grant().await, world.grant().await);
    assert_eq!(world.login(&one).await.text(), Some("octocat"));
    world.github.revoke("octocat");
    let answer = world.login(&one).await;
    assert_ended(&answer);
    let challenge = answer.challenge().unwrap();
    assert_eq!(challenge.scopes(), ["profile:read"]);
    assert!(
        challenge.parameter("error_description").is_some_and(|text| text.contains("GitHub")),
        "{answer:?}"
    );
    let asked = world.github.requests(GitHubPart::Api);
    // GitHub is not asked again, and the other client's grant has ended as well.
    assert_ended(&world.login(&one).await);
    assert_ended(&world.call("token_length", json!({}), &other).await);
    assert_eq!(world.github.requests(GitHubPart::Api), asked);
    // A new sign-in begins anew.
    let new = world.grant().await;
    assert_eq!(world.login(&new).await.text(), Some("octocat"));
    assert_ended(&world.login(&one).await);
}

/// A session's answer has begun as a stream: the challenge stands in it.
#[tokio::test]
async fn c32_where_the_stream_has_begun_the_challenge_is_in_the_answer() {
    let world = World::new().await;
    let grant = world.grant().await;
    let call = || world.server.call("login", json!({})).bearer(grant.access_token()).version("2025-11-25");
    assert_eq!(call().await.text(), Some("octocat"));
    world.github.revoke("octocat");
    let answer = call().await;
    assert_eq!(answer.status(), 200);
    assert!(answer.is_tool_error());
    let challenge = answer.challenge().unwrap();
    assert_eq!(challenge.error(), Some("invalid_token"), "{answer:?}");
    assert_ended(&call().await);
}

#[tokio::test]
async fn c33_a_refused_refresh_token_ends_the_grant_and_is_tried_once() {
    let world = World::with(|github| github.expire_tokens_after(EIGHT_HOURS), |server| server).await;
    let grant = world.grant().await;
    world.github.revoke("octocat");
    world.clock.advance(Duration::from_secs(60));
    let asked = world.github.requests(GitHubPart::Token);
    assert_ended(&world.login(&grant).await);
    assert_eq!(world.github.requests(GitHubPart::Token), asked + 1);
    assert_ended(&world.login(&grant).await);
    assert_eq!(world.github.requests(GitHubPart::Token), asked + 1);
}

#[tokio::test]
async fn a_tool_that_handles_the_error_otherwise_challenges_nobody_and_the_grant_has_ended_all_the_same() {
    let world = World::new().await;
    let grant = world.grant().await;
    world.github.answer_with("/user", 403, json!({ "message": "Resource not accessible" }));
    assert_eq!(
        world.call("careful", json!({}), &grant).await.text(),
        Some("403: Resource not accessible"),
        "a refused request is no refused token"
    );
    world.github.revoke("octocat");
    assert_ended(&world.call("careful", json!({}), &grant).await);
}

#[tokio::test]
async fn c40_a_wrong_sealing_key_does_not_start_and_a_new_one_opens_what_the_old_one_sealed() {
    let world = World::new().await;
    let folder = std::env::temp_dir().join(format!("mcp-auth-c40-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("auth.db");
    let settings = |keys: &[(&str, &str)]| {
        let own = mcp_auth::AuthorizationServer::new(crate::support::ISSUER)
            .sign_in(world.github.sign_in())
            .store(SqliteStore::open(&file).unwrap());
        let own = keys.iter().fold(own, |own, (id, key)| own.sealing_key(*id, *key));
        Auth::builder().authorization_server(own).test_clock(&world.clock).build()
    };
    let (old, new) = (("old", "o".repeat(32)), ("new", "n".repeat(32)));
    let auth = settings(&[(old.0, &old.1)]).unwrap();
    let grant = Grant::of_github(&auth, &world.github, "octocat", RESOURCE, "profile:read").await;
    drop(auth);
    let error = settings(&[(new.0, &new.1)]).unwrap_err().to_string();
    assert!(error.contains("sealing_key"), "{error}");
    // Rotated, both keys open.
    let auth = settings(&[(new.0, &new.1), (old.0, &old.1)]).unwrap();
    let server = TestServer::around(auth.router(Profiles).unwrap(), RESOURCE, &TestIssuer::new());
    let answer = server.call("login", json!({})).bearer(grant.access_token()).await;
    assert_eq!(answer.text(), Some("octocat"), "{answer:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
