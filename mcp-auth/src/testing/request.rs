//! One request of a test, right by default.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use http::Method;
use serde_json::{Value, json};

use super::{Answer, TestServer, TestTokenBuilder, wire};

/// Longer than anything that works takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request on its way; `.await` sends it. Without further words it is one of protocol version 2026-07-28, and nobody's.
#[must_use = "a request is sent by `.await`"]
#[derive(Clone)]
pub struct TestRequest {
    pub(super) server: TestServer,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Content,
    pub(super) version: String,
    pub(super) session: Option<String>,
    pub(super) credentials: Credentials,
    /// Headers of the test's own; `None` takes one away.
    pub(super) headers: Vec<(String, Option<String>)>,
}

#[derive(Clone)]
pub(super) enum Content {
    /// A JSON-RPC message: method and parameters.
    Message(String, Value),
    /// The same without an id.
    Notification(String, Value),
    Raw(String),
}

#[derive(Clone)]
pub(super) enum Credentials {
    None,
    Token(TestTokenBuilder),
    Raw(String),
}

impl TestRequest {
    pub(super) fn new(server: &TestServer, method: Method, path: &str, body: Content) -> Self {
        Self {
            server: server.clone(),
            method,
            path: path.to_owned(),
            body,
            version: wire::NEWEST.to_owned(),
            session: None,
            credentials: Credentials::None,
            headers: Vec::new(),
        }
    }

    /// With a good token of this subject, without scopes.
    pub fn as_user(mut self, subject: &str) -> Self {
        self.credentials = Credentials::Token(self.server.token(subject));
        self
    }

    /// The scopes of the token, with spaces between them; of a user called `user` where nobody was named.
    pub fn scopes(self, scopes: &str) -> Self {
        self.token(|token| token.scopes(scopes))
    }

    /// Changes the token: `.token(|token| token.expired())`.
    pub fn token(mut self, change: impl FnOnce(TestTokenBuilder) -> TestTokenBuilder) -> Self {
        let token = match self.credentials {
            Credentials::Token(token) => token,
            Credentials::None | Credentials::Raw(_) => self.server.token("user"),
        };
        self.credentials = Credentials::Token(change(token));
        self
    }

    /// With this text as the token.
    pub fn bearer(mut self, token: &str) -> Self {
        self.credentials = Credentials::Raw(token.to_owned());
        self
    }

    /// As a client of this protocol version: `2026-07-28`, or `2025-11-25`, `2025-06-18` and `2025-03-26`, which have
    /// sessions. A request of those opens a session of its own first, with the same token, unless it is
    /// [in one](Self::in_session); where the session is refused, the refusal is the answer.
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// In a session that [`TestServer::initialize`] has opened.
    pub fn in_session(mut self, session: &str) -> Self {
        self.session = Some(session.to_owned());
        if self.version == wire::NEWEST {
            wire::NEWEST_WITH_SESSIONS.clone_into(&mut self.version);
        }
        self
    }

    /// This header instead of those of its name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// Without this header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.push((name.to_owned(), None));
        self
    }

    /// At another path than the endpoint's.
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// This text instead of a message.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Content::Raw(body.into());
        self
    }

    async fn send(mut self) -> Answer {
        // One token for all requests of a session: a second one would be signed anew.
        if let Credentials::Token(token) = self.credentials {
            self.credentials = Credentials::Raw(token.issue().expose().to_owned());
        }
        if self.needs_session() {
            let opened = self.open_session().await;
            let Some(session) = opened.session().map(str::to_owned) else { return opened };
            self.session = Some(session);
        }
        self.exchange().await
    }

    fn needs_session(&self) -> bool {
        let message = match &self.body {
            Content::Message(method, _) | Content::Notification(method, _) => method != "initialize",
            Content::Raw(_) => false,
        };
        message && self.version != wire::NEWEST && self.session.is_none()
    }

    /// The handshake of the session protocol.
    async fn open_session(&self) -> Answer {
        let mut hello = self.clone();
        hello.body = Content::Message("initialize".to_owned(), wire::hello(&self.version));
        let opened = hello.exchange().await;
        if let Some(session) = opened.session() {
            let mut ready = self.clone();
            ready.body = Content::Notification("notifications/initialized".to_owned(), json!({}));
            ready.session = Some(session.to_owned());
            ready.exchange().await;
        }
        opened
    }

    async fn exchange(&self) -> Answer {
        let secret = match &self.credentials {
            Credentials::Raw(token) => Some(token.clone()),
            _ => None,
        };
        let request = wire::request(self, secret.as_deref());
        let answered = tokio::time::timeout(PATIENCE, self.server.answer(request, secret)).await;
        answered.unwrap_or_else(|_| {
            panic!("no answer after {} s; is it a stream without an end?", PATIENCE.as_secs())
        })
    }
}

impl IntoFuture for TestRequest {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
