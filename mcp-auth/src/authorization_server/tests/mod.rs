//! The endpoints of clients, driven through the routes of a mounted server.

mod assertion;
mod clients_file;
mod failing_store;
mod faults;
mod gate;
mod health;
mod introspect;
mod keys;
#[cfg(unix)]
mod kill;
mod machine;
#[cfg(feature = "metrics")]
mod measured;
mod metadata;
mod mounting;
mod preregistered;
mod process;
mod races;
mod refresh;
mod register;
mod replay;
mod restart;
mod revoke;
mod settings;
mod soak;
mod token;
mod two_process_races;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{AuthorizationServer, Core};
use crate::{
    Auth, DevelopmentSignIn, random,
    store::{ClientRecord, CodeRecord, Digest, Person, SqliteStore, Store},
    testing::TestClock,
};

pub(super) const ISSUER: &str = "http://127.0.0.1:3000";
pub(super) const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
pub(super) const CALLBACK: &str = "http://127.0.0.1/callback";

pub(super) struct Notes;

#[crate::server(resource = "http://127.0.0.1:3000/mcp", scopes("notes:read", "notes:write"), crate = "crate")]
impl Notes {
    /// Counts.
    #[crate::tool(scopes = "notes:read")]
    async fn count(&self) -> String {
        "3".to_owned()
    }
}

/// A running server with its authorization server.
pub(super) struct Bed {
    pub(super) core: Arc<Core>,
    pub(super) router: Router,
    pub(super) clock: TestClock,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// A code that was given for a client, and what proves it.
pub(super) struct Given {
    pub(super) client: String,
    pub(super) code: String,
    pub(super) verifier: String,
}

pub(super) fn settings(store: impl Store) -> AuthorizationServer {
    AuthorizationServer::new(ISSUER).sign_in(DevelopmentSignIn::new()).store(store)
}

pub(super) fn memory() -> SqliteStore {
    SqliteStore::in_memory().unwrap()
}

/// An empty folder of this test's own, gone with it.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("mcp-auth-as-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Bed {
    pub(super) fn new() -> Self {
        Self::of(settings(memory()))
    }

    pub(super) fn of(settings: AuthorizationServer) -> Self {
        Self::at(settings, TestClock::new())
    }

    pub(super) fn at(settings: AuthorizationServer, clock: TestClock) -> Self {
        let auth = Auth::builder().authorization_server(settings).test_clock(&clock).build().unwrap();
        let core = Arc::clone(auth.settings.authorization_server.as_ref().unwrap());
        Self { core, router: auth.router(Notes).unwrap(), clock }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(super) async fn form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(post(path).body(Body::from(encoded(form))).unwrap()).await
    }

    pub(super) async fn register(&self, metadata: Value) -> Answer {
        let request = request("POST", "/register").header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(metadata.to_string())).unwrap()).await
    }

    /// A public client.
    pub(super) async fn client(&self) -> String {
        let answer = self.register(json!({ "redirect_uris": [CALLBACK] })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.text("client_id")
    }

    /// Another one, which is not the first.
    pub(super) async fn other_client(&self) -> String {
        let answer = self.register(json!({ "redirect_uris": [CALLBACK], "client_name": "other" })).await;
        answer.text("client_id")
    }

    /// What the authorization endpoint leaves in the store.
    pub(super) async fn code(&self, client: &str) -> Given {
        given(&self.core, client, RESOURCE).await
    }

    pub(super) async fn redeem(&self, given: &Given) -> Answer {
        self.form("/token", &given.form()).await
    }

    /// A client, with tokens for a person.
    pub(super) async fn signed_in(&self) -> (String, Answer) {
        let client = self.client().await;
        let given = self.code(&client).await;
        let tokens = self.redeem(&given).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
        (client, tokens)
    }

    /// Waits until it is written that somebody got a token with this client: nobody else waits for that.
    pub(super) async fn kept(&self, client: &str) -> ClientRecord {
        for _ in 0..400 {
            let found = self.core.store.client(client, self.core.now()).await.unwrap();
            if let Some(found) = found.filter(|found| found.used) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{client} is not kept");
    }

    pub(super) async fn refresh(&self, client: &str, token: &str) -> Answer {
        self.form("/token", &refresh_form(client, token)).await
    }

    /// What the MCP endpoint says to this token.
    pub(super) async fn call(&self, access_token: &str) -> StatusCode {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
        }});
        let request = request("POST", "/mcp")
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream");
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::from(message.to_string())).unwrap())
            .await
            .unwrap();
        response.status()
    }
}

/// What the authorization endpoint leaves in the store.
pub(super) async fn given(core: &Core, client: &str, resource: &str) -> Given {
    let (code, verifier) = (random::identifier().unwrap(), random::identifier().unwrap());
    let record = CodeRecord {
        code: Digest::of(&code),
        client_id: client.to_owned(),
        client: None,
        redirect_uri: CALLBACK.to_owned(),
        code_challenge: URL_SAFE_NO_PAD.encode(Digest::of(&verifier).as_bytes()),
        resource: resource.to_owned(),
        scopes: vec!["notes:read".to_owned(), "notes:write".to_owned()],
        person: Person { provider: "development".into(), id: "alice".into(), name: "Alice".into() },
        upstream: None,
        expires_at: core.now().plus(Duration::from_secs(60)),
        redeemed: None,
    };
    core.store.insert_code(record).await.unwrap();
    Given { client: client.to_owned(), code, verifier }
}

impl Given {
    pub(super) fn form(&self) -> [(&str, &str); 5] {
        [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("code", &self.code),
            ("code_verifier", &self.verifier),
            ("redirect_uri", CALLBACK),
        ]
    }
}

impl Answer {
    pub(super) fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    pub(super) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// It is this error, told as JSON that nobody keeps.
    #[track_caller]
    pub(super) fn assert_error(&self, status: u16, error: &str) {
        assert_eq!((self.status.as_u16(), self.body["error"].as_str()), (status, Some(error)), "{self:?}");
        assert_eq!(self.header(header::CONTENT_TYPE), "application/json");
        assert_eq!(self.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(self.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        assert!(self.body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
    }
}

pub(super) fn refresh_form<'a>(client: &'a str, token: &'a str) -> [(&'a str, &'a str); 3] {
    [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)]
}

pub(super) fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:3000")
}

pub(super) fn post(path: &str) -> http::request::Builder {
    request("POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

pub(super) fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// `form` with another value for `name`; without one, without it.
pub(super) fn with<'a>(
    form: &[(&'a str, &'a str)],
    name: &'a str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let mut changed: Vec<_> = form.iter().copied().filter(|(known, _)| *known != name).collect();
    changed.extend(value.map(|value| (name, value)));
    changed
}
