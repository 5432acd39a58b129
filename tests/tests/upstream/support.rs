//! A server whose tools use GitHub, with a GitHub of the test's.

use std::time::Duration;

use mcp_auth::{
    Auth, AuthorizationServer, ToolError, Upstream, UpstreamError,
    prelude::*,
    store::SqliteStore,
    testing::{Answer, FakeGitHub, Grant, TestClock, TestIssuer, TestServer},
};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "http://127.0.0.1:3000";
pub(crate) const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";
/// Of the access tokens of a GitHub App.
pub(crate) const EIGHT_HOURS: Duration = Duration::from_secs(8 * 60 * 60);

#[derive(serde::Deserialize)]
pub(crate) struct User {
    pub(crate) login: String,
}

pub(crate) struct Profiles;

#[server(resource = "http://127.0.0.1:3000/mcp", scopes("profile:read", "issues:write"), upstream(GitHub))]
impl Profiles {
    /// Your login.
    #[tool(scopes = "profile:read")]
    async fn login(&self, github: Upstream<GitHub>) -> Result<String> {
        Ok(github.get::<User>("/user").await?.login)
    }

    /// The token, as a client library would get it.
    #[tool(scopes = "profile:read")]
    async fn token_length(&self, github: Upstream<GitHub>) -> usize {
        github.token().expose().len()
    }

    /// What you granted.
    #[tool(scopes = "profile:read")]
    async fn granted(&self, github: Upstream<GitHub>) -> String {
        github.scopes().join(" ")
    }

    /// Whatever the path.
    #[tool(scopes = "profile:read")]
    async fn read(&self, github: Upstream<GitHub>, path: String) -> Result<String> {
        Ok(github.get::<Value>(&path).await?.to_string())
    }

    /// Opens an issue.
    #[tool(scopes = "issues:write")]
    async fn open_issue(&self, github: Upstream<GitHub>, title: String) -> Result<String> {
        let made: Value = github.post("/repos/a/b/issues", &json!({ "title": title })).await?;
        Ok(made.to_string())
    }

    /// Whether you have signed in with GitHub.
    #[tool(public)]
    async fn has_github(&self, github: Option<Upstream<GitHub>>) -> bool {
        github.is_some()
    }

    /// Your login, or why there is none.
    #[tool(scopes = "profile:read")]
    async fn careful(&self, github: Upstream<GitHub>) -> Result<String> {
        match github.get::<User>("/user").await {
            Ok(user) => Ok(user.login),
            Err(UpstreamError::Status { status, message, .. }) => Ok(format!("{status}: {message}")),
            Err(error) => Err(ToolError::from(error)),
        }
    }
}

/// A world with one person, `octocat`.
pub(crate) struct World {
    pub(crate) github: FakeGitHub,
    pub(crate) auth: Auth,
    pub(crate) server: TestServer,
    pub(crate) clock: TestClock,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}, |server| server).await
    }

    pub(crate) async fn with(
        prepare: impl FnOnce(&FakeGitHub),
        settings: impl FnOnce(AuthorizationServer) -> AuthorizationServer,
    ) -> Self {
        let clock = TestClock::new();
        let github = FakeGitHub::start_with_clock(&clock).await;
        github.add_person("octocat", 583_231);
        prepare(&github);
        let own = settings(authorization_server(&github).store(SqliteStore::in_memory().unwrap()));
        let auth = Auth::builder().authorization_server(own).test_clock(&clock).build().unwrap();
        let router = auth.router(Profiles).unwrap();
        let server = TestServer::around(router, RESOURCE, &TestIssuer::new());
        Self { github, auth, server, clock }
    }

    pub(crate) async fn grant(&self) -> Grant {
        Grant::of_github(&self.auth, &self.github, "octocat", RESOURCE, "profile:read issues:write").await
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value, grant: &Grant) -> Answer {
        self.server.call(tool, arguments).bearer(grant.access_token()).await
    }

    pub(crate) async fn login(&self, grant: &Grant) -> Answer {
        self.call("login", json!({}), grant).await
    }
}

pub(crate) fn authorization_server(github: &FakeGitHub) -> AuthorizationServer {
    let sign_in = github.sign_in().scopes(["read:user", "repo"]);
    AuthorizationServer::new(ISSUER).sign_in(sign_in).sealing_key("test", KEY)
}

/// A tool's error that is no challenge: the grant lives.
#[track_caller]
pub(crate) fn assert_told(answer: &Answer, part: &str) {
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert!(answer.is_tool_error(), "{answer:?}");
    assert!(answer.text().is_some_and(|text| text.contains(part)), "{answer:?}");
    assert_eq!(answer.challenge().and_then(|challenge| challenge.error().map(str::to_owned)), None);
}

/// The client has to sign in again.
#[track_caller]
pub(crate) fn assert_ended(answer: &Answer) {
    assert_eq!(answer.status(), 401, "{answer:?}");
    let challenge = answer.challenge().unwrap();
    assert_eq!(challenge.error(), Some("invalid_token"), "{answer:?}");
    assert!(challenge.resource_metadata().is_some_and(|url| url.starts_with(ISSUER)), "{answer:?}");
}
