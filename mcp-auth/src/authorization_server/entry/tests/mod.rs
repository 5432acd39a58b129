//! Who may enter, at every door: with a fake GitHub, a client, and people in browsers.

mod at_start;
mod facts;
mod policy;
mod refresh;
mod session;
mod table;

use std::time::Duration;

use axum::Router;

use super::super::{AuthorizationServer, Core};
use crate::{
    Auth, Lifetimes, WhoMayEnter,
    store::{Person as Somebody, SqliteStore},
    testing::{FakeGitHub, GitHubPart, Person, Refused, TestClient, TestClock, TestTokens},
};

const RESOURCE: &str = "http://localhost:3000/mcp";
const ORGANIZATION: &str = "/user/memberships/orgs/acme";
const TEAM: &str = "/orgs/acme/teams/core/memberships/octocat";

struct Notes;

#[crate::server(resource = "http://localhost:3000/mcp", scopes("notes:read", "notes:write"), crate = "crate")]
impl Notes {
    /// Counts.
    #[crate::tool(scopes = "notes:read")]
    async fn count(&self) -> String {
        "3".to_owned()
    }
}

/// One server with a policy, its GitHub, and a client.
struct World {
    github: FakeGitHub,
    clock: TestClock,
    auth: Auth,
    router: Router,
    client: TestClient,
}

impl World {
    async fn of(policy: WhoMayEnter) -> Self {
        Self::with(policy, Lifetimes::default()).await
    }

    async fn with(policy: WhoMayEnter, lifetimes: Lifetimes) -> Self {
        let clock = TestClock::new();
        let github = FakeGitHub::start_with_clock(&clock).await;
        github.add_person("octocat", 583_231);
        github.add_person("hubot", 480_938);
        let settings = AuthorizationServer::new("http://localhost:3000")
            .sign_in(github.sign_in())
            .sealing_key("test", "0123456789abcdef0123456789abcdef")
            .store(SqliteStore::in_memory().unwrap())
            .lifetimes(lifetimes)
            .who_may_enter(policy);
        let auth = Auth::builder().authorization_server(settings).test_clock(&clock).build().unwrap();
        let router = auth.router(Notes).unwrap();
        let client = TestClient::new(router.clone(), RESOURCE).await;
        Self { github, clock, auth, router, client }
    }

    fn core(&self) -> &std::sync::Arc<Core> {
        self.auth.settings.authorization_server.as_ref().unwrap()
    }

    /// In a browser where nobody is signed in.
    async fn sign_in(&self, login: &str) -> Result<TestTokens, Refused> {
        self.github.approve_everything_as(Some(login));
        self.client.in_another_browser().sign_in(&Person::named(login)).await
    }

    /// They see the page of who may not enter, with this status and these words; and nothing of theirs is kept.
    async fn turned_away(&self, status: u16, words: &str) -> String {
        let Err(refused) = self.sign_in("octocat").await else { panic!("they have entered") };
        assert_eq!(refused.status.map(|status| status.as_u16()), Some(status), "{refused:?}");
        assert!(refused.description.contains(words), "{}", refused.description);
        self.keeps_nothing().await;
        refused.description
    }

    async fn keeps_nothing(&self) {
        let octocat = Somebody { provider: "github".into(), id: "583231".into(), name: String::new() };
        let core = self.core();
        for scopes in ["", "user:email", "read:org", "read:org user:email"] {
            let kept = core.store.upstream_token_id(&octocat, scopes).await.unwrap();
            assert_eq!(kept, None, "no token of a person who may not enter is kept");
        }
        let consent = core.store.consent(&octocat, self.client.id(), RESOURCE).await.unwrap();
        assert!(consent.is_none(), "nor what they agreed to");
    }

    async fn ends(&self, tokens: &TestTokens) {
        let refused = self.client.refresh(tokens).await.unwrap_err();
        assert_eq!(refused.error, "invalid_grant", "{refused:?}");
        assert_eq!(self.call(tokens).await, 401, "the gate refuses the access token at once");
    }

    async fn call(&self, tokens: &TestTokens) -> u16 {
        use crate::testing::{TestIssuer, TestServer};
        let server = TestServer::around(self.router.clone(), RESOURCE, &TestIssuer::new());
        server.call("count", serde_json::json!({})).bearer(tokens.access_token()).await.status()
    }

    /// What the provider said about people counts no more.
    fn later(&self) {
        self.clock.advance(Duration::from_secs(301));
    }
}

/// The ways in that ask GitHub something, each with a world in which octocat fulfils it.
async fn worlds() -> [(&'static str, World, &'static str); 4] {
    let domain = World::of(WhoMayEnter::any().email_domain("acme.example")).await;
    domain
        .github
        .set_email_addresses("octocat", &[("me@home.example", true), ("octocat@ACME.example", true)]);
    let address = World::of(WhoMayEnter::any().email_address("octocat@acme.example")).await;
    address.github.set_email_addresses("octocat", &[("Octocat@acme.example", true)]);
    let organization = World::of(WhoMayEnter::any().github_organization("Acme")).await;
    organization.github.set_organizations("octocat", &["acme"]);
    let team = World::of(WhoMayEnter::any().github_team("acme/core")).await;
    team.github.set_organizations("octocat", &["acme", "acme/core"]);
    [
        ("domain", domain, "/user/emails"),
        ("address", address, "/user/emails"),
        ("organization", organization, ORGANIZATION),
        ("team", team, TEAM),
    ]
}
