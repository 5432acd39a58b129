//! A stub issuer on loopback: counts requests and answers as told.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, extract::Request, response::Response};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// What the stub answers for its keys or its metadata.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) delay: Duration,
}

impl Answer {
    pub(super) fn json(body: &Value) -> Self {
        Self { status: 200, body: body.to_string(), headers: Vec::new(), delay: Duration::ZERO }
    }

    pub(super) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), headers: Vec::new(), delay: Duration::ZERO }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

pub(super) struct Stub {
    pub(super) address: SocketAddr,
    pub(super) url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    keys: Mutex<Answer>,
    /// By path, `/keys` aside.
    others: Mutex<Vec<(String, Answer)>>,
    key_requests: AtomicUsize,
    paths: Mutex<Vec<String>>,
    forms: Mutex<Vec<Form>>,
}

/// A request that was posted.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) path: String,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) body: String,
}

impl Stub {
    pub(super) async fn start(keys: Answer) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), keys).await
    }

    pub(super) async fn start_at(address: SocketAddr, keys: Answer) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            keys: Mutex::new(keys),
            others: Mutex::default(),
            key_requests: AtomicUsize::new(0),
            paths: Mutex::default(),
            forms: Mutex::default(),
        });
        let seen = shared.clone();
        let router = axum::Router::new().fallback(move |request: Request| answer(seen.clone(), request));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, url: format!("http://{address}"), shared, server }
    }

    pub(super) fn keys_url(&self) -> String {
        format!("{}/keys", self.url)
    }

    pub(super) fn set_keys(&self, answer: Answer) {
        *self.shared.keys.lock().unwrap() = answer;
    }

    pub(super) fn set(&self, path: &str, answer: Answer) {
        let mut others = self.shared.others.lock().unwrap();
        others.retain(|(known, _)| known != path);
        others.push((path.to_owned(), answer));
    }

    /// Metadata at RFC 8414's place that call the issuer `issuer`.
    pub(super) fn set_metadata(&self, issuer: &str, jwks_uri: &str) {
        let metadata = json!({"issuer": issuer, "jwks_uri": jwks_uri, "response_types_supported": ["code"]});
        self.set("/.well-known/oauth-authorization-server", Answer::json(&metadata));
    }

    /// How often the keys were asked for.
    pub(super) fn key_requests(&self) -> usize {
        self.shared.key_requests.load(Ordering::SeqCst)
    }

    pub(super) fn forms(&self) -> Vec<Form> {
        self.shared.forms.lock().unwrap().clone()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.shared.paths.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(shared: Arc<Shared>, request: Request) -> Response {
    let path = request.uri().to_string();
    shared.paths.lock().unwrap().push(path.clone());
    if request.method() == "POST" {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        shared.forms.lock().unwrap().push(Form { path: path.clone(), headers: parts.headers, body });
    }
    let answer = if path == "/keys" {
        shared.key_requests.fetch_add(1, Ordering::SeqCst);
        shared.keys.lock().unwrap().clone()
    } else {
        let others = shared.others.lock().unwrap();
        let known = others.iter().find(|(known, _)| *known == path).map(|(_, answer)| answer.clone());
        known.unwrap_or_else(|| Answer::text(404, "{}"))
    };
    tokio::time::sleep(answer.delay).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}
