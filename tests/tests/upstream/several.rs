//! Several ways to sign in: which tokens a tool gets, and what somebody reads who came another way.

use mcp_auth::{
    Auth, AuthorizationServer, OAuthApp, Provider, ProviderAccount, ProviderApi, ProviderError, Upstream,
    UpstreamProvider,
    prelude::*,
    store::SqliteStore,
    testing::{FakeGitHub, FakeOidc, OidcPart, Person, TestClient, TestIssuer, TestServer},
};
use serde_json::{Value, json};

use crate::support::{ISSUER, KEY, RESOURCE, User, assert_told};

/// One of two issuers.
struct Corp;

impl UpstreamProvider for Corp {
    const ID: &'static str = "corp";
}

/// The other one.
struct Partner;

impl UpstreamProvider for Partner {
    const ID: &'static str = "partner";
}

/// A provider in one file.
#[derive(Debug)]
struct Forge(OAuthApp);

impl UpstreamProvider for Forge {
    const ID: &'static str = "forge";
}

impl Provider for Forge {
    fn app(&self) -> &OAuthApp {
        &self.0
    }

    async fn account(&self, api: &ProviderApi<'_>) -> std::result::Result<ProviderAccount, ProviderError> {
        let user: Value = api.get("/userinfo").await?;
        let id = user["sub"].as_str().ok_or_else(|| ProviderError::unavailable("there is no `sub`"))?;
        Ok(ProviderAccount::new(id).with_name("somebody"))
    }
}

struct Team;

#[server(resource = "http://127.0.0.1:3000/mcp", scopes("read"), upstream(Corp, Partner, Forge, GitHub))]
impl Team {
    /// Who you are.
    #[tool(scopes = "read")]
    async fn me(&self, user: AuthInfo) -> String {
        user.subject().to_owned()
    }

    /// Of the one.
    #[tool(scopes = "read")]
    async fn corp(&self, corp: Upstream<Corp>) -> Result<String> {
        Ok(corp.get::<Value>("/whoami").await?.to_string())
    }

    /// Of the other.
    #[tool(scopes = "read")]
    async fn partner(&self, partner: Upstream<Partner>) -> Result<String> {
        Ok(partner.get::<Value>("/whoami").await?.to_string())
    }

    /// Of a provider in one file.
    #[tool(scopes = "read")]
    async fn forge(&self, forge: Upstream<Forge>) -> Result<String> {
        Ok(forge.get::<Value>("/whoami").await?.to_string())
    }

    /// Of GitHub.
    #[tool(scopes = "read")]
    async fn github(&self, github: Upstream<GitHub>) -> Result<String> {
        Ok(github.get::<User>("/user").await?.login)
    }
}

struct World {
    corp: FakeOidc,
    partner: FakeOidc,
    auth: Auth,
    server: TestServer,
    _github: FakeGitHub,
}

async fn issuer(name: &str) -> FakeOidc {
    let fake = FakeOidc::start().await;
    fake.add_person("alice", "17");
    fake.answer("/whoami", json!(name));
    fake
}

fn forge(fake: &FakeOidc) -> Forge {
    Forge(
        OAuthApp::new(Forge::ID, fake.client_id(), fake.client_secret())
            .with_name("The Forge")
            .with_authorization_url(format!("{}/authorize", fake.url()))
            .with_token_url(format!("{}/token", fake.url()))
            .with_api_url(fake.url())
            .scopes(["openid"]),
    )
}

impl World {
    async fn new() -> Self {
        let (corp, partner) = (issuer("corp").await, issuer("partner").await);
        let github = FakeGitHub::start().await;
        github.add_person("alice", 17);
        let auth = AuthorizationServer::new(ISSUER)
            .sign_in(corp.sign_in(Corp::ID).with_name("Corp"))
            .sign_in(partner.sign_in(Partner::ID).with_name("Partner"))
            .sign_in(forge(&partner))
            .sign_in(github.sign_in())
            .store(SqliteStore::in_memory().unwrap())
            .sealing_key("test", KEY)
            .build()
            .unwrap();
        let server = TestServer::around(auth.router(Team).unwrap(), RESOURCE, &TestIssuer::new());
        Self { corp, partner, auth, server, _github: github }
    }

    async fn client(&self) -> TestClient {
        TestClient::new(self.auth.router(Team).unwrap(), RESOURCE).await
    }
}

/// One `sub` at four places is four people.
#[tokio::test]
async fn t13_s36_whoever_signs_in_is_a_person_of_that_provider_and_tools_get_its_tokens() {
    let world = World::new().await;
    for (id, tool) in [("corp", "corp"), ("partner", "partner"), ("forge", "forge"), ("github", "github")] {
        let client = world.client().await;
        let tokens = client.sign_in(&Person::named("alice").choosing(id)).await.unwrap();
        let call = async |tool: &str| world.server.call(tool, json!({})).bearer(tokens.access_token()).await;
        assert_eq!(call("me").await.text(), Some(format!("{id}:17").as_str()));
        let said = match id {
            "corp" => "\"corp\"",
            "github" => "alice",
            _ => "\"partner\"",
        };
        assert_eq!(call(tool).await.text(), Some(said), "{id}");
        // The others have no token of theirs: it says what is needed, and nothing is out of order.
        for (other, name) in
            [("corp", "Corp"), ("partner", "Partner"), ("forge", "The Forge"), ("github", "GitHub")]
        {
            if other != tool {
                assert_told(&call(other).await, &format!("this needs a sign-in with {name}; connect"));
            }
        }
    }
}

#[tokio::test]
async fn c36_an_issuer_that_is_down_takes_nothing_from_the_others() {
    let world = World::new().await;
    world.corp.fail_with(OidcPart::Metadata, 503);
    let client = world.client().await;
    let refused = client.sign_in(&Person::named("alice").choosing("corp")).await.unwrap_err();
    assert_eq!(refused.error, "temporarily_unavailable", "{refused:?}");
    client.sign_in(&Person::named("alice").choosing("partner")).await.unwrap();
    world.partner.fail_with(OidcPart::Token, 500);
    let client = world.client().await;
    let refused = client.sign_in(&Person::named("alice").choosing("partner")).await.unwrap_err();
    assert_eq!(refused.error, "temporarily_unavailable", "{refused:?}");
}

#[tokio::test]
async fn two_of_one_id_and_a_missing_one_are_errors_at_start() {
    let corp = issuer("corp").await;
    let settings = || {
        AuthorizationServer::new(ISSUER)
            .store(SqliteStore::in_memory().unwrap())
            .sealing_key("test", KEY)
            .sign_in(corp.sign_in("corp"))
    };
    let twice = settings().sign_in(corp.sign_in("corp")).build().unwrap_err().to_string();
    assert!(twice.contains("two providers `corp`"), "{twice}");
    let missing = settings().build().unwrap().router(Team).unwrap_err().to_string();
    for part in ["nobody can sign in with `Partner`", "the id `partner`", "sign_in(GitHub::new("] {
        assert!(missing.contains(part), "{missing}");
    }
}
