//! A client of our authorization server: it discovers, registers, signs a person in, and refreshes, as real ones do.

use std::{fmt, sync::Arc};

use axum::Router;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    Person,
    browser::{Browser, Reached, Seen, encoded},
};
use crate::{config::ResourceUrl, random, store::Digest};

/// Nobody listens there: the browser stops where it would be opened.
const REDIRECT_URI: &str = "http://127.0.0.1:1/callback";

/// A client that signs people in at an [`AuthorizationServer`](crate::AuthorizationServer), in memory or where the server listens.
///
/// ```
/// use mcp_auth::{DevelopmentSignIn, SqliteStore, prelude::*, testing::{Person, TestClient}};
///
/// # struct Notes;
/// # #[server(resource = "http://127.0.0.1:3000/mcp", scopes("notes:read", "notes:write"))]
/// # impl Notes { /** Counts. */ #[tool(scopes = "notes:read")] async fn count(&self) -> u32 { 3 } }
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = Auth::authorization_server("http://127.0.0.1:3000")
///     .sign_in(DevelopmentSignIn::new())
///     .store(SqliteStore::in_memory()?)
///     .build()?;
/// let client = TestClient::new(auth.router(Notes)?, "http://127.0.0.1:3000/mcp").await;
/// let tokens = client.sign_in(&Person::named("alice")).await.expect("alice allows everything");
/// let newer = client.refresh(&tokens).await.expect("the refresh token is good");
/// assert_ne!(newer.refresh_token(), tokens.refresh_token());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TestClient {
    server: Reached,
    resource: String,
    endpoints: Value,
    id: String,
    /// Clones share it: who signed in stays signed in.
    browser: Arc<Mutex<Browser>>,
}

/// What a client got for a person. It is printed on purpose only.
#[derive(Clone)]
pub struct TestTokens {
    access_token: String,
    refresh_token: String,
    scope: String,
}

/// A refusal, as the client reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The status, where it was no redirect.
    pub status: Option<StatusCode>,
    /// `access_denied`, `invalid_grant` …; empty where a page said it.
    pub error: String,
    /// What else was said.
    pub description: String,
}

impl TestClient {
    /// A client of the server with this resource: it reads the metadata and registers itself.
    ///
    /// # Panics
    ///
    /// Where that does not work.
    pub async fn new(router: Router, resource: &str) -> Self {
        Self::of(Some(router), resource).await
    }

    /// A client of a server that listens on this machine, in this process or another.
    ///
    /// # Panics
    ///
    /// Where that does not work.
    pub async fn at(resource: &str) -> Self {
        Self::of(None, resource).await
    }

    async fn of(router: Option<Router>, resource: &str) -> Self {
        let url = ResourceUrl::parse(resource, "TestClient::new")
            .unwrap_or_else(|problem| panic!("{}: {}", problem.setting, problem.message));
        let origin = url.origin().to_owned();
        let server = Reached { router, origin: origin.clone() };
        let metadata = json_at(&server, &url.metadata_url()).await;
        let issuer = text(&metadata["authorization_servers"][0]);
        let path = issuer.strip_prefix(&origin).unwrap_or_default();
        let well_known = format!("{origin}/.well-known/oauth-authorization-server{path}");
        let endpoints = json_at(&server, &well_known).await;
        assert_eq!(endpoints["issuer"], issuer, "the issuer of the metadata is the one that was asked for");
        let browser = Arc::new(Mutex::new(Browser::new(server.clone())));
        let mut client =
            Self { server, resource: resource.to_owned(), endpoints, id: String::new(), browser };
        client.id = client.register().await;
        client
    }

    async fn register(&self) -> String {
        let registration = json!({
            "client_name": "mcp-auth test client",
            "redirect_uris": [REDIRECT_URI],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        let url = text(&self.endpoints["registration_endpoint"]);
        let seen = self.post(&url, "application/json", registration.to_string()).await;
        assert_eq!(seen.status, StatusCode::CREATED, "the client is registered: {}", seen.body);
        text(&parsed(&seen.body)["client_id"])
    }

    /// Its `client_id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A client with the same registration in another browser, where nobody is signed in.
    #[must_use]
    pub fn in_another_browser(&self) -> Self {
        let browser = Browser::new(self.server.clone());
        Self { browser: Arc::new(Mutex::new(browser)), ..self.clone() }
    }

    /// Signs `person` in, for whatever the server gives without being asked for scopes.
    ///
    /// # Errors
    ///
    /// [`Refused`] where the person or the server says no.
    pub async fn sign_in(&self, person: &Person) -> Result<TestTokens, Refused> {
        self.sign_in_for(person, None).await
    }

    /// Signs `person` in for these scopes, with spaces between them.
    ///
    /// # Errors
    ///
    /// [`Refused`] where the person or the server says no.
    pub async fn sign_in_with(&self, person: &Person, scopes: &str) -> Result<TestTokens, Refused> {
        self.sign_in_for(person, Some(scopes)).await
    }

    async fn sign_in_for(&self, person: &Person, scopes: Option<&str>) -> Result<TestTokens, Refused> {
        let (verifier, state) = (secret(), secret());
        let challenge = URL_SAFE_NO_PAD.encode(Digest::of(&verifier).as_bytes());
        let mut query = fields([
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", REDIRECT_URI),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", &state),
            ("resource", &self.resource),
        ]);
        query.extend(scopes.map(|scopes| ("scope".to_owned(), scopes.to_owned())));
        let url = format!("{}?{}", text(&self.endpoints["authorization_endpoint"]), encoded(&query));
        let mut browser = self.browser.lock().await;
        let back = browser.walk(&url, person, REDIRECT_URI).await.map_err(Refused::page)?;
        let answer = Answered::of(&back);
        assert_eq!(answer.value("state").as_deref(), Some(state.as_str()), "the state comes back");
        assert_eq!(answer.value("iss"), self.endpoints["issuer"].as_str().map(str::to_owned), "RFC 9207");
        let Some(code) = answer.value("code") else { return Err(answer.refused()) };
        self.token(&fields([
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &verifier),
            ("client_id", &self.id),
            ("resource", &self.resource),
        ]))
        .await
    }

    /// New tokens for old ones.
    ///
    /// # Errors
    ///
    /// [`Refused`], such as with `invalid_grant` where the grant has ended.
    pub async fn refresh(&self, tokens: &TestTokens) -> Result<TestTokens, Refused> {
        self.token(&fields([
            ("grant_type", "refresh_token"),
            ("refresh_token", &tokens.refresh_token),
            ("client_id", &self.id),
        ]))
        .await
    }

    /// Ends the grant of these tokens (RFC 7009).
    ///
    /// # Errors
    ///
    /// [`Refused`] where the server does not do it.
    pub async fn revoke(&self, tokens: &TestTokens) -> Result<(), Refused> {
        let form = fields([("token", &tokens.refresh_token), ("client_id", &self.id)]);
        let url = text(&self.endpoints["revocation_endpoint"]);
        let seen = self.post(&url, "application/x-www-form-urlencoded", encoded(&form)).await;
        if seen.status.is_success() { Ok(()) } else { Err(Refused::json(&seen)) }
    }

    async fn token(&self, form: &[(String, String)]) -> Result<TestTokens, Refused> {
        let url = text(&self.endpoints["token_endpoint"]);
        let seen = self.post(&url, "application/x-www-form-urlencoded", encoded(form)).await;
        if seen.status != StatusCode::OK {
            return Err(Refused::json(&seen));
        }
        let tokens = parsed(&seen.body);
        Ok(TestTokens {
            access_token: text(&tokens["access_token"]),
            refresh_token: text(&tokens["refresh_token"]),
            scope: text(&tokens["scope"]),
        })
    }

    async fn post(&self, url: &str, content_type: &str, body: String) -> Seen {
        let request = Request::post(url).header(header::CONTENT_TYPE, content_type).body(body);
        self.server.exchange(request.unwrap_or_else(|error| panic!("`{url}`: {error}"))).await
    }
}

impl TestTokens {
    /// For `TestRequest::bearer`.
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// For the token endpoint.
    pub fn refresh_token(&self) -> &str {
        &self.refresh_token
    }

    /// The scopes that were granted, in the server's order.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ').filter(|scope| !scope.is_empty())
    }
}

impl Refused {
    fn page(seen: Seen) -> Self {
        Self { status: Some(seen.status), error: String::new(), description: seen.body }
    }

    fn json(seen: &Seen) -> Self {
        let body = parsed(&seen.body);
        let member = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self { status: Some(seen.status), error: member("error"), description: member("error_description") }
    }
}

/// The query with which the person came back.
struct Answered(Vec<(String, String)>);

impl Answered {
    fn of(url: &str) -> Self {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn value(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn refused(&self) -> Refused {
        let member = |name| self.value(name).unwrap_or_default();
        Refused { status: None, error: member("error"), description: member("error_description") }
    }
}

async fn json_at(server: &Reached, url: &str) -> Value {
    let request = Request::get(url).body(String::new()).unwrap_or_else(|error| panic!("`{url}`: {error}"));
    let seen = server.exchange(request).await;
    assert_eq!(seen.status, StatusCode::OK, "{url}: {}", seen.body);
    parsed(&seen.body)
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn fields<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn secret() -> String {
    random::identifier().unwrap_or_else(|error| panic!("{error}"))
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient")
            .field("id", &self.id)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// Only what the tokens allow.
impl fmt::Debug for TestTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestTokens").field("scope", &self.scope).finish_non_exhaustive()
    }
}
