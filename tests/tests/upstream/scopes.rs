//! What a tool needs at the provider: asked for with the tool, said to the person, and missed by the tool where it was not
//! granted.

use mcp_auth::{
    Auth, AuthorizationServer, Upstream,
    prelude::*,
    store::SqliteStore,
    testing::{
        Answer, FakeGitHub, GitHubPart, Grant, Person, TestClient, TestIssuer, TestServer, TestTokens,
    },
};
use serde_json::json;

use crate::support::{ISSUER, KEY, RESOURCE, assert_told};

struct Repos;

#[server(
    resource = "http://127.0.0.1:3000/mcp",
    scopes("profile:read", "repos:read", "repos:delete"),
    upstream(GitHub, scopes = "read:user")
)]
impl Repos {
    /// What your token is for.
    #[tool(scopes = "profile:read")]
    async fn granted(&self, github: Upstream<GitHub>) -> String {
        github.scopes().join(" ")
    }

    /// Your repositories.
    #[tool(scopes = "repos:read", upstream(GitHub, scopes("public_repo", "repo")))]
    async fn repos(&self, github: Upstream<GitHub>) -> String {
        assert!(github.has_scope("repo") && github.has_scope("repo:status"));
        github.scopes().join(" ")
    }

    /// Deletes one.
    #[tool(scopes = "repos:delete", upstream(GitHub, scopes = "delete_repo"))]
    async fn delete(&self, github: Upstream<GitHub>) -> String {
        github.scopes().join(" ")
    }
}

struct World {
    github: FakeGitHub,
    auth: Auth,
    server: TestServer,
}

impl World {
    async fn new() -> Self {
        let github = FakeGitHub::start().await;
        github.add_person("octocat", 583_231);
        let own = AuthorizationServer::new(ISSUER).sign_in(github.sign_in()).sealing_key("test", KEY);
        let own = own.store(SqliteStore::in_memory().unwrap());
        let auth = Auth::builder().authorization_server(own).build().unwrap();
        let server = TestServer::around(auth.router(Repos).unwrap(), RESOURCE, &TestIssuer::new());
        Self { github, auth, server }
    }

    async fn client(&self) -> TestClient {
        TestClient::new(self.auth.router(Repos).unwrap(), RESOURCE).await
    }

    async fn call(&self, tool: &str, tokens: &TestTokens) -> Answer {
        self.server.call(tool, json!({})).bearer(tokens.access_token()).await
    }
}

async fn sign_in(client: &TestClient, scopes: &str) -> TestTokens {
    client.sign_in_with(&Person::named("octocat"), scopes).await.unwrap()
}

/// The tool's scopes, which the client has already; and the words of GitHub's scope that is missing.
#[track_caller]
fn assert_asks_again(answer: &Answer, scopes: &[&str], missing: &str) {
    assert_eq!(answer.status(), 403, "{answer:?}");
    let challenge = answer.challenge().unwrap();
    assert_eq!((challenge.error(), challenge.scopes()), (Some("insufficient_scope"), scopes.to_vec()));
    let description = challenge.parameter("error_description").unwrap();
    assert!(description.contains(missing), "{description}");
}

#[tokio::test]
async fn github_is_asked_for_what_the_tools_need_that_the_client_may_call() {
    let world = World::new().await;
    let client = world.client().await;
    let granted = async |scopes: &str| {
        let tokens = sign_in(&client.in_another_browser(), scopes).await;
        world.call("granted", &tokens).await.text().unwrap().to_owned()
    };
    assert_eq!(granted("profile:read").await, "read:user");
    assert_eq!(granted("profile:read repos:read").await, "public_repo read:user repo");
    assert_eq!(granted("profile:read repos:delete").await, "delete_repo read:user");
}

/// R11, R17: the client steps up for the second tool, and with it at GitHub.
#[tokio::test]
async fn r11_r17_stepping_up_for_a_tool_asks_github_for_more() {
    let world = World::new().await;
    let client = world.client().await;
    let first = sign_in(&client, "profile:read").await;
    assert_eq!(world.call("granted", &first).await.text(), Some("read:user"));
    let refused = world.call("repos", &first).await;
    assert_eq!((refused.status(), refused.challenge().unwrap().scopes()), (403, vec!["repos:read"]));
    let second = sign_in(&client, "profile:read repos:read").await;
    assert_eq!(world.call("repos", &second).await.text(), Some("public_repo read:user repo"));
    // The first grant is as it was, and so is its token.
    assert_eq!(world.call("granted", &first).await.text(), Some("read:user"));
}

/// Somebody is signed in: who has granted enough is not sent to GitHub again, whatever the order.
#[tokio::test]
async fn a_token_for_more_serves_smaller_needs_and_one_for_less_does_not() {
    let world = World::new().await;
    let client = world.client().await;
    let asked = || world.github.requests(GitHubPart::Token);
    sign_in(&client, "profile:read repos:read").await;
    assert_eq!(asked(), 1);
    let small = sign_in(&client, "profile:read").await;
    assert_eq!(asked(), 1, "no second sign-in");
    assert_eq!(world.call("granted", &small).await.text(), Some("public_repo read:user repo"));
    sign_in(&client, "repos:delete").await;
    assert_eq!(asked(), 2);
    sign_in(&client, "profile:read").await;
    assert_eq!(asked(), 2);
    sign_in(&client, "repos:read").await;
    assert_eq!(asked(), 3, "the session's token is of the last sign-in");
}

/// The person took a scope out at GitHub: the tool asks for it once more, and then says that it was refused.
#[tokio::test]
async fn r11_r17_what_was_not_granted_is_asked_for_once_more_and_not_for_ever() {
    let world = World::new().await;
    world.github.allow_only(Some(&["read:user", "public_repo"]));
    let client = world.client().await;
    let tokens = sign_in(&client, "profile:read repos:read").await;
    assert_eq!(world.call("granted", &tokens).await.text(), Some("public_repo read:user"), "the rest works");
    for _ in 0..2 {
        let answer = world.call("repos", &tokens).await;
        assert_asks_again(&answer, &["repos:read"], "GitHub did not grant repo: sign in again");
    }
    // They refuse again, in the same browser: it is asked for all the same.
    let asked = world.github.requests(GitHubPart::Token);
    let tokens = sign_in(&client, "profile:read repos:read").await;
    assert_eq!(world.github.requests(GitHubPart::Token), asked + 1);
    assert_told(
        &world.call("repos", &tokens).await,
        "GitHub did not grant repo: it was asked for and refused",
    );
    assert_eq!(world.call("granted", &tokens).await.status(), 200);
    // Once they allow it, it works, and the count begins anew.
    world.github.allow_only(None);
    let tokens = sign_in(&client, "profile:read repos:read").await;
    assert_eq!(world.call("repos", &tokens).await.status(), 200);
    world.github.allow_only(Some(&["read:user"]));
    let tokens = sign_in(&client.in_another_browser(), "profile:read repos:read").await;
    assert_asks_again(&world.call("repos", &tokens).await, &["repos:read"], "public_repo repo");
}

/// A grant of before the tool said what it needs.
#[tokio::test]
async fn r17_a_grant_that_was_never_asked_for_it_is_asked_however_often_others_refused() {
    let world = World::new().await;
    let of = async |at_github: &[&str]| {
        let scopes = "profile:read repos:read";
        Grant::of_github_with(&world.auth, &world.github, "octocat", RESOURCE, scopes, at_github).await
    };
    let call = async |grant: &Grant| world.server.call("repos", json!({})).bearer(grant.access_token()).await;
    let old = of(&["read:user"]).await;
    assert_asks_again(&call(&old).await, &["repos:read"], "public_repo repo");
    let wide = of(&["read:user", "repo"]).await;
    assert_eq!(call(&wide).await.text(), Some("read:user repo"), "repo includes public_repo");
}

/// A GitHub App has permissions, and its tokens no scopes: whether it may, GitHub's API says.
#[tokio::test]
async fn a_github_app_is_not_judged_by_scopes() {
    let world = World::new().await;
    world.github.expire_tokens_after(std::time::Duration::from_secs(8 * 60 * 60));
    let tokens = sign_in(&world.client().await, "profile:read repos:read").await;
    assert_eq!(world.call("repos", &tokens).await.status(), 200);
}
