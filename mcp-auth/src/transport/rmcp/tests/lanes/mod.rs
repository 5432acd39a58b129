//! The two lanes: whatever the direct one answers, rmcp answers in the same way.

mod call;
mod list;

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use tokio_util::sync::CancellationToken;

use crate::{
    AuthInfo, Server,
    authorize::Caller,
    challenge::{StepUp, Terms},
    tool::Registry,
    transport::{Binding, Guarded, McpService, direct, envelope::Envelope, normalize},
};

const VERSION: &str = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#;
const CLIENT: &str = r#""io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}"#;
const ABLE: &str = r#""io.modelcontextprotocol/clientCapabilities":{}"#;

/// Both lanes of one server.
struct Lanes {
    registry: Arc<Registry>,
    service: McpService,
    terms: Arc<Terms>,
    shutdown: CancellationToken,
}

/// What somebody's tower layer put into the request.
#[derive(Clone)]
struct Layer(&'static str);

impl Lanes {
    fn of(server: impl Server) -> Self {
        let registry = Arc::new(Registry::new(server).unwrap_or_else(|problems| panic!("{problems:?}")));
        let guarded = Guarded::new(Arc::clone(&registry), String::new(), Binding::for_tests());
        let shutdown = CancellationToken::new();
        let service = McpService::new(guarded, 1 << 20, shutdown.clone());
        let terms = Terms { resource_metadata: String::new(), catalog: Arc::clone(&registry.catalog) };
        Self { registry, service, terms: Arc::new(terms), shutdown }
    }

    /// The answer of the direct lane, as the gate asks it.
    async fn direct(&self, headers: &HeaderMap, body: &str, caller: &Caller) -> Option<Response<Body>> {
        // The gate refuses what its own look cannot read, before either lane.
        let envelope = Envelope::read(body.as_bytes()).ok()?;
        if envelope.method() == Some("tools/list") {
            return direct::list_tools(&self.registry, headers, body.as_bytes(), caller);
        }
        (envelope.method() == Some("tools/call")).then_some(())?;
        let call = direct::call_tool(&self.registry, headers, body.as_bytes(), caller)?;
        let (parts, _) = self.request(headers, body, caller).into_parts();
        Some(normalize::errors(self.service.call(call, parts).await, &None))
    }

    fn request(&self, headers: &HeaderMap, body: &str, caller: &Caller) -> Request<Full<Bytes>> {
        let mut request = Request::post("http://localhost/mcp");
        request.headers_mut().unwrap().clone_from(headers);
        let mut request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
        request.extensions_mut().insert(caller.clone());
        request.extensions_mut().insert(Layer("of tower's"));
        request.extensions_mut().insert(StepUp::new(&self.terms));
        request
    }

    async fn rmcp(&self, headers: &HeaderMap, body: &str, caller: &Caller) -> Response<Body> {
        let request = self.request(headers, body, caller);
        normalize::errors(self.service.handle(request).await.map(Body::new), &None)
    }

    /// Whether the direct lane takes the request; panics if the lanes differ.
    async fn same(&self, headers: &HeaderMap, body: &str, caller: &Caller) -> bool {
        let Some(direct) = self.direct(headers, body, caller).await else { return false };
        let shown = format!("{headers:?}\n{body}\n{caller:?}");
        let rmcp = self.rmcp(headers, body, caller).await;
        let length = http_body::Body::size_hint(direct.body()).exact();
        assert_eq!(direct.status(), rmcp.status(), "{shown}");
        assert_eq!(direct.headers(), rmcp.headers(), "{shown}");
        let (direct, rmcp) = (bytes(direct).await, bytes(rmcp).await);
        assert_eq!(length, Some(direct.len() as u64), "{shown}");
        assert_eq!(direct, rmcp, "{shown}");
        true
    }
}

async fn bytes(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

fn headers(all: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in all.iter().map(pair) {
        headers.append(name, value);
    }
    headers
}

/// Numbers that are the same at every run (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn callers(registry: &Registry) -> Vec<Caller> {
    let known =
        |subject, scopes: &[&str]| Caller::Known(AuthInfo::for_tests(subject, scopes, &registry.catalog));
    vec![
        Caller::Anonymous,
        known("alice", &[]),
        known("bob", &["a"]),
        known("alice", &["a", "b"]),
        known("bob", &["b", "a", "other"]),
    ]
}
