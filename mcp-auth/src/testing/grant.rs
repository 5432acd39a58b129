//! A grant without the way to it: what a tool finds after somebody has signed in and agreed.

use std::{fmt, time::Duration};

use super::FakeGitHub;
use crate::{
    Auth, Secret,
    authorization_server::{AccessToken, Core, MACHINE},
    random,
    store::{CodeRecord, Digest, GrantRecord, Person, Redemption, RefreshTokenRecord},
    upstream::{Tokens, keep},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A grant that a person has given a client, with its first access token: for tests of tools, where the way through the
/// browser does not matter. [`TestClient::sign_in`](super::TestClient::sign_in) takes that way.
///
/// ```
/// use mcp_auth::{AuthorizationServer, prelude::*, store::SqliteStore, testing::{FakeGitHub, Grant, TestIssuer, TestServer}};
/// # #[derive(serde::Deserialize)] struct User { login: String }
/// # struct Profiles;
/// # #[server(resource = "http://127.0.0.1:3000/mcp", upstream(GitHub))]
/// # impl Profiles {
/// #     /** Your login. */ #[tool(scopes = "profile:read")]
/// #     async fn login(&self, github: Upstream<GitHub>) -> Result<String> { Ok(github.get::<User>("/user").await?.login) }
/// # }
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let github = FakeGitHub::start().await;
/// github.add_person("octocat", 583_231);
/// let auth = AuthorizationServer::new("http://127.0.0.1:3000")
///     .sign_in(github.sign_in())
///     .store(SqliteStore::in_memory().unwrap())
///     .sealing_key("test", "0123456789abcdef0123456789abcdef")
///     .build()
///     .unwrap();
/// let grant = Grant::of_github(&auth, &github, "octocat", "http://127.0.0.1:3000/mcp", "profile:read").await;
///
/// let server = TestServer::around(auth.router(Profiles).unwrap(), "http://127.0.0.1:3000/mcp", &TestIssuer::new());
/// let answer = server.call("login", serde_json::json!({})).bearer(grant.access_token()).await;
/// assert_eq!(answer.text(), Some("octocat"));
/// # });
/// ```
#[derive(Clone)]
pub struct Grant {
    id: String,
    access_token: Secret,
}

impl Grant {
    /// A grant of somebody who has signed in with this GitHub, for the resource with this URL. GitHub gives them a new token,
    /// unless one is kept already.
    ///
    /// # Panics
    ///
    /// Where `auth` has no authorization server whose people sign in with GitHub, nobody has this login, or the store fails.
    pub async fn of_github(
        auth: &Auth,
        github: &FakeGitHub,
        login: &str,
        resource: &str,
        scopes: &str,
    ) -> Self {
        Self::of_github_with(auth, github, login, resource, scopes, &[]).await
    }

    /// The same after a sign-in that asked GitHub for these scopes too, as it does for the tools that these scopes of the
    /// server open.
    ///
    /// # Panics
    ///
    /// As [`of_github`](Self::of_github).
    pub async fn of_github_with(
        auth: &Auth,
        github: &FakeGitHub,
        login: &str,
        resource: &str,
        scopes: &str,
        at_github: &[&str],
    ) -> Self {
        let core = core(auth);
        let provider = core.provider("github").unwrap_or_else(|| panic!("nobody can sign in with GitHub"));
        let mut asked = provider.scopes().to_vec();
        asked.extend(at_github.iter().copied().map(str::to_owned));
        asked.sort();
        asked.dedup();
        let joined = asked.join(" ");
        let (id, tokens) = github.signed_in(login, &joined, core.now());
        let person = Person { provider: "github".to_owned(), id: id.to_string(), name: login.to_owned() };
        let kept = core.store.upstream_token_id(&person, &joined).await;
        let upstream = match kept.unwrap_or_else(|error| panic!("{error}")) {
            Some(kept) => kept,
            None => keep(core, &person, &asked, tokens()).await.unwrap_or_else(|error| panic!("{error}")),
        };
        Self::made(core, person, Some(upstream), resource, scopes).await
    }

    /// A grant of somebody who picked this name ([`DevelopmentSignIn`](crate::DevelopmentSignIn)): there is no token of a
    /// provider.
    ///
    /// # Panics
    ///
    /// Where `auth` has no authorization server, or the store fails.
    pub async fn of_name(auth: &Auth, name: &str, resource: &str, scopes: &str) -> Self {
        let person = Person {
            provider: "development".to_owned(),
            id: name.to_ascii_lowercase(),
            name: name.to_owned(),
        };
        Self::made(core(auth), person, None, resource, scopes).await
    }

    /// A grant of a machine: of this client itself, without a person (`client_credentials`). The client need not be one that
    /// `auth` knows. The subject is `client:` and its id.
    ///
    /// ```
    /// use mcp_auth::{DevelopmentSignIn, prelude::*, store::SqliteStore, testing::{Grant, TestIssuer, TestServer}};
    /// # struct Notes;
    /// # #[server(resource = "http://127.0.0.1:3000/mcp", scopes("notes:read"))]
    /// # impl Notes {
    /// #     /** Who calls. */ #[tool(scopes = "notes:read")]
    /// #     async fn who(&self, user: AuthInfo) -> String { user.subject().to_owned() }
    /// # }
    /// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
    /// let resource = "http://127.0.0.1:3000/mcp";
    /// let auth = Auth::authorization_server("http://127.0.0.1:3000")
    ///     .sign_in(DevelopmentSignIn::new())
    ///     .store(SqliteStore::in_memory().unwrap())
    ///     .build()
    ///     .unwrap();
    /// let machine = Grant::of_machine(&auth, "nightly", resource, "notes:read").await;
    ///
    /// let server = TestServer::around(auth.router(Notes).unwrap(), resource, &TestIssuer::new());
    /// let answer = server.call("who", serde_json::json!({})).bearer(machine.access_token()).await;
    /// assert_eq!(answer.text(), Some("client:nightly"));
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Where `auth` has no authorization server, or the store fails.
    pub async fn of_machine(auth: &Auth, client_id: &str, resource: &str, scopes: &str) -> Self {
        let core = core(auth);
        let person =
            Person { provider: MACHINE.to_owned(), id: client_id.to_owned(), name: client_id.to_owned() };
        let mut grant = record(core, person, client_id, resource, scopes);
        grant.expires_at = core.now().plus(core.lifetimes.access_token);
        let kept = core.store.insert_grant(grant.clone()).await;
        kept.unwrap_or_else(|error| panic!("{error}"));
        Self::signed(core, &grant)
    }

    /// The first access token: good for as long as the server's access tokens are.
    pub fn access_token(&self) -> &str {
        self.access_token.expose()
    }

    /// Its id, as the access token names it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Ends it, as the person or an operator would.
    ///
    /// # Panics
    ///
    /// Where the store fails.
    pub async fn end(&self, auth: &Auth) {
        let core = core(auth);
        core.store.end_grant(&self.id, core.now()).await.unwrap_or_else(|error| panic!("{error}"));
        core.grant_ended(&self.id);
    }

    async fn made(
        core: &Core,
        person: Person,
        upstream: Option<String>,
        resource: &str,
        scopes: &str,
    ) -> Self {
        let (now, code) = (core.now(), Digest::of(identifier()));
        let grant = GrantRecord { upstream, ..record(core, person, "test", resource, scopes) };
        // The way of every grant of a person: a code, and its redemption.
        let inserted = core.store.insert_code(CodeRecord {
            code,
            client_id: grant.client_id.clone(),
            client: None,
            redirect_uri: "http://127.0.0.1/callback".to_owned(),
            code_challenge: identifier(),
            resource: grant.resource.clone(),
            scopes: grant.scopes.clone(),
            person: grant.person.clone(),
            upstream: grant.upstream.clone(),
            expires_at: now.plus(DAY),
            redeemed: None,
        });
        inserted.await.unwrap_or_else(|error| panic!("{error}"));
        let refresh_token = RefreshTokenRecord {
            token: Digest::of(identifier()),
            grant: grant.id.clone(),
            issued_at: now,
            expires_at: now.plus(DAY),
        };
        let redeemed = core.store.redeem(&code, grant.clone(), refresh_token, now).await;
        assert_eq!(redeemed.ok(), Some(Redemption::Done), "the store keeps a grant");
        Self::signed(core, &grant)
    }

    fn signed(core: &Core, grant: &GrantRecord) -> Self {
        let now = core.now();
        let claims = AccessToken {
            iss: core.issuer.as_str().to_owned(),
            sub: grant.person.subject(),
            aud: grant.resource.clone(),
            client_id: grant.client_id.clone(),
            scope: grant.scopes.join(" "),
            iat: now.as_secs(),
            exp: now.plus(core.lifetimes.access_token).as_secs(),
            jti: identifier(),
            grant: grant.id.clone(),
        };
        let access_token = core.signer.sign(&claims).unwrap_or_else(|error| panic!("{error}"));
        Self { id: grant.id.clone(), access_token }
    }
}

fn identifier() -> String {
    random::identifier().unwrap_or_else(|error| panic!("{error}"))
}

fn record(core: &Core, person: Person, client_id: &str, resource: &str, scopes: &str) -> GrantRecord {
    let words = scopes.split(' ').filter(|word| !word.is_empty());
    GrantRecord {
        id: identifier(),
        person,
        client_id: client_id.to_owned(),
        resource: resource.to_owned(),
        scopes: words.map(str::to_owned).collect(),
        upstream: None,
        created_at: core.now(),
        expires_at: core.now().plus(core.lifetimes.grant),
        ended_at: None,
    }
}

fn core(auth: &Auth) -> &Core {
    let core = auth.settings.authorization_server.as_deref();
    core.unwrap_or_else(|| panic!("this `Auth` has no authorization server"))
}

impl FakeGitHub {
    /// Who it is, and a token for them where one is wanted.
    fn signed_in(
        &self,
        login: &str,
        scopes: &str,
        now: crate::store::Timestamp,
    ) -> (u64, impl FnOnce() -> Tokens) {
        let id = self.id_of(login);
        let scopes: Vec<_> = scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        let (github, login) = (self.clone(), login.to_owned());
        (id, move || {
            let token = github.issue(&login, scopes);
            Tokens {
                access_token: token.access_token.into(),
                scopes: token
                    .refresh_token
                    .is_none()
                    .then(|| token.scopes.into_iter().collect::<Vec<_>>().join(" ")),
                refresh_token: token.refresh_token.map(Secret::from),
                expires_at: token
                    .expires_at
                    .map(|at| now.plus(Duration::from_secs(at.saturating_sub(now.as_secs())))),
            }
        })
    }
}

/// The token is printed on purpose only.
impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("id", &self.id).finish_non_exhaustive()
    }
}
