//! The whole way: a client, a browser, the consent page, GitHub's page, and back to a tool that uses GitHub.

use std::time::Duration;

use mcp_auth::testing::{FakeGitHub, GitHubPart, Person, Refused, TestClient};
use serde_json::json;

use crate::support::{EIGHT_HOURS, Profiles, RESOURCE, World};

async fn client(world: &World) -> TestClient {
    TestClient::new(world.auth.router(Profiles).unwrap(), RESOURCE).await
}

fn octocat() -> Person {
    Person::named("octocat")
}

#[tokio::test]
async fn s35_s36_somebody_signs_in_with_github_and_a_tool_uses_their_token() {
    let world =
        World::with(|github| github.register_callback("http://127.0.0.1:3000/github/callback"), |own| own)
            .await;
    let client = client(&world).await;
    let tokens = client.sign_in(&octocat()).await.unwrap();
    let login = async |token: &str| world.server.call("login", json!({})).bearer(token).await;
    assert_eq!(login(tokens.access_token()).await.text(), Some("octocat"));
    let newer = client.refresh(&tokens).await.unwrap();
    assert_eq!(login(newer.access_token()).await.text(), Some("octocat"));

    // C32: revoked at GitHub, everything that hangs on it has ended, and a new sign-in begins anew.
    world.github.revoke("octocat");
    assert_eq!(login(newer.access_token()).await.status(), 401);
    assert_eq!(client.refresh(&newer).await.unwrap_err().error, "invalid_grant");
    let again = client.sign_in(&octocat()).await.unwrap();
    assert_eq!(login(again.access_token()).await.text(), Some("octocat"));
}

/// C38: each sign-in makes GitHub give a token, and GitHub ends the oldest of more than ten.
#[tokio::test]
async fn c38_twelve_clients_of_one_person_work_all_together() {
    let world = World::new().await;
    let mut signed_in = Vec::new();
    for _ in 0..12 {
        let client = client(&world).await.in_another_browser();
        signed_in.push(client.sign_in(&octocat()).await.unwrap());
    }
    for tokens in &signed_in {
        let answer = world.server.call("login", json!({})).bearer(tokens.access_token()).await;
        assert_eq!(answer.text(), Some("octocat"), "{answer:?}");
    }
}

#[tokio::test]
async fn c36_while_github_is_down_the_client_is_told_so_and_the_person_can_try_again() {
    let world = World::new().await;
    let client = client(&world).await;
    for part in [GitHubPart::Token, GitHubPart::Api] {
        world.github.fail_with(part, 502);
        let refused = client.sign_in(&octocat()).await.unwrap_err();
        assert_eq!(refused.error, "temporarily_unavailable", "{refused:?}");
        world.github.recover();
    }
    client.sign_in(&octocat()).await.unwrap();
}

/// A sign-in waits for ten seconds and a tool for fifteen, whichever part is slow; afterwards both go on.
#[tokio::test]
async fn c34_c36_while_github_is_slow_nobody_waits_for_long() {
    let world = World::new().await;
    let client = client(&world).await;
    let tokens = client.sign_in(&octocat()).await.unwrap();
    for part in [GitHubPart::Token, GitHubPart::Api] {
        world.github.answer_slowly(part, Duration::from_secs(30));
    }
    let elsewhere = client.in_another_browser();
    let person = octocat();
    let waited = tokio::time::timeout(Duration::from_secs(25), async {
        tokio::join!(
            elsewhere.sign_in(&person),
            world.server.call("login", json!({})).bearer(tokens.access_token()),
        )
    });
    let (refused, told) = waited.await.unwrap();
    assert_eq!(refused.unwrap_err().error, "temporarily_unavailable");
    assert_eq!(told.status(), 200, "a fault of GitHub's is no reason to sign in again: {told:?}");
    assert!(told.body().contains("cannot answer now"), "{told:?}");
    world.github.recover();
    elsewhere.sign_in(&octocat()).await.unwrap();
    let answer = world.server.call("login", json!({})).bearer(tokens.access_token()).await;
    assert_eq!(answer.text(), Some("octocat"));
}

/// What says nothing about who somebody is signs nobody in.
#[tokio::test]
async fn c36_a_github_that_lies_signs_nobody_in() {
    let world = World::new().await;
    let client = client(&world).await;
    for document in [
        json!(null),
        json!([]),
        json!("octocat"),
        json!({ "login": "octocat" }),
        json!({ "login": "octocat", "id": null }),
        json!({ "login": "octocat", "id": "583231" }),
        json!({ "login": "octocat", "id": -1 }),
        json!({ "login": "octocat", "id": 1.5 }),
        json!({ "id": 583_231 }),
        json!({ "login": "x".repeat(2_000_000), "id": 583_231 }),
    ] {
        world.github.answer("/user", document.clone());
        let refused = client.sign_in(&octocat()).await.unwrap_err();
        let known = ["temporarily_unavailable", "server_error", "access_denied"];
        assert!(known.contains(&refused.error.as_str()), "{document}: {refused:?}");
    }
    world.github.answer_as_always("/user");
    client.sign_in(&octocat()).await.unwrap();
}

#[tokio::test]
async fn somebody_who_says_no_brings_nothing() {
    let world = World::new().await;
    let client = client(&world).await;
    let Refused { error, .. } = client.sign_in(&octocat().denying()).await.unwrap_err();
    assert_eq!(error, "access_denied");
    assert_eq!(world.github.requests(GitHubPart::Authorize), 0, "GitHub was not asked");
}

#[tokio::test]
async fn a_github_apps_token_is_renewed_behind_a_sign_in() {
    let prepare = |github: &FakeGitHub| github.expire_tokens_after(EIGHT_HOURS);
    let world = World::with(prepare, |own| own).await;
    let client = client(&world).await;
    let mut tokens = client.sign_in(&octocat()).await.unwrap();
    for _ in 0..3 {
        world.clock.advance(EIGHT_HOURS.saturating_sub(Duration::from_secs(30)));
        tokens = client.refresh(&tokens).await.unwrap();
        let answer = world.server.call("login", json!({})).bearer(tokens.access_token()).await;
        assert_eq!(answer.text(), Some("octocat"), "{answer:?}");
    }
    assert_eq!(world.github.requests(GitHubPart::Token), 4, "a code and three refresh tokens");
}
