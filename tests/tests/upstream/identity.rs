//! Whose token a tool gets, and that nobody else's can be had.

use mcp_auth::{
    Auth, DevelopmentSignIn,
    store::SqliteStore,
    testing::{GitHubPart, Grant, TestIssuer, TestServer},
};
use serde_json::json;

use crate::support::{Profiles, RESOURCE, World, assert_ended, assert_told, authorization_server};

#[tokio::test]
async fn s35_a_tool_gets_the_token_of_the_person_behind_the_grant() {
    let world = World::new().await;
    world.github.add_person("hubot", 2);
    let (octocat, again) = (world.grant().await, world.grant().await);
    let hubot = Grant::of_github(&world.auth, &world.github, "hubot", RESOURCE, "profile:read").await;
    assert_eq!(world.login(&octocat).await.text(), Some("octocat"));
    assert_eq!(world.login(&hubot).await.text(), Some("hubot"));
    assert_eq!(world.login(&again).await.text(), Some("octocat"));
    assert_eq!(world.call("granted", json!({}), &octocat).await.text(), Some("read:user repo"));
    assert_eq!(world.call("token_length", json!({}), &octocat).await.text(), Some("47"));
}

/// C38: GitHub ends the oldest of more than ten tokens.
#[tokio::test]
async fn c38_twenty_clients_of_one_person_share_one_token() {
    let world = World::new().await;
    let mut grants = Vec::new();
    for _ in 0..20 {
        grants.push(world.grant().await);
    }
    for grant in &grants {
        assert_eq!(world.login(grant).await.text(), Some("octocat"));
    }
}

#[tokio::test]
async fn c38_a_token_that_github_ends_for_the_sake_of_newer_ones_ends_the_grant() {
    let world = World::new().await;
    let grant = world.grant().await;
    for _ in 0..9 {
        world.github.token_for("octocat", &["read:user", "repo"]);
    }
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    world.github.token_for("octocat", &["read:user", "repo"]);
    assert_ended(&world.login(&grant).await);
}

/// T13: whatever another issuer writes into its tokens, no token of a provider follows from it.
#[tokio::test]
async fn t13_a_token_of_another_issuer_names_no_grant_of_ours() {
    let world = World::new().await;
    let grant = world.grant().await;
    let other = TestIssuer::new();
    let own = authorization_server(&world.github).store(SqliteStore::in_memory().unwrap());
    let auth = Auth::builder().authorization_server(own).issuer(other.issuer()).build().unwrap();
    let server = TestServer::around(auth.router(Profiles).unwrap(), RESOURCE, &other);
    let answer = server
        .call("login", json!({}))
        .as_user("github:583231")
        .scopes("profile:read")
        .token(|token| token.claim("grant", grant.id()))
        .await;
    assert_told(&answer, "needs a sign-in with GitHub");
    assert_eq!(world.github.requests(GitHubPart::Api), 0);
}

#[tokio::test]
async fn somebody_who_signed_in_elsewhere_has_no_github_token() {
    let world = World::with(|_| {}, |server| server.sign_in(DevelopmentSignIn::new())).await;
    let grant = Grant::of_name(&world.auth, "alice", RESOURCE, "profile:read").await;
    assert_told(&world.login(&grant).await, "needs a sign-in with GitHub");

    let has_github = async |grant: &Grant| world.call("has_github", json!({}), grant).await;
    assert_eq!(has_github(&grant).await.text(), Some("false"));
    assert_eq!(world.server.call("has_github", json!({})).await.text(), Some("false"));
    let octocat = world.grant().await;
    assert_eq!(has_github(&octocat).await.text(), Some("true"));
    world.github.revoke("octocat");
    assert_ended(&world.login(&octocat).await);
    assert_ended(&has_github(&octocat).await);
}

/// Nobody has signed in: a machine has a token of its own, and nothing of anybody's at GitHub.
#[tokio::test]
async fn a_machine_has_no_github_token() {
    let world = World::new().await;
    let machine = Grant::of_machine(&world.auth, "583231", RESOURCE, "profile:read").await;
    world.grant().await;
    assert_told(&world.login(&machine).await, "needs a sign-in with GitHub");
    assert_eq!(world.call("has_github", json!({}), &machine).await.text(), Some("false"));
    machine.end(&world.auth).await;
    assert_eq!(world.login(&machine).await.status(), 401);
}

#[tokio::test]
async fn a_grant_that_has_ended_opens_nothing() {
    let world = World::new().await;
    let grant = world.grant().await;
    assert_eq!(world.login(&grant).await.text(), Some("octocat"));
    grant.end(&world.auth).await;
    assert_ended(&world.login(&grant).await);
    assert_eq!(world.github.requests(GitHubPart::Api), 1);
}

#[tokio::test]
async fn another_login_is_the_same_person() {
    let world = World::new().await;
    let grant = world.grant().await;
    world.github.rename_person("octocat", "octodog");
    assert_eq!(world.login(&grant).await.text(), Some("octodog"));
}
