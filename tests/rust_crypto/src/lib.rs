//! Tokens are verified where jsonwebtoken has two providers of cryptography and therefore no default one.

#![cfg(test)]

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use mcp_auth::{DevelopmentIssuer, prelude::*};
use tower::ServiceExt;

const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

struct Hello;

#[server(resource = "http://127.0.0.1:3000/mcp")]
impl Hello {
    #[tool(authenticated)]
    fn hello(&self, user: AuthInfo) -> String {
        format!("hello {}", user.subject())
    }
}

fn request(token: &str) -> Request<Body> {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello","_meta":{
        "io.modelcontextprotocol/protocolVersion":"2026-07-28",
        "io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},
        "io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    Request::post(RESOURCE)
        .header("host", "127.0.0.1:3000")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "hello")
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn tokens_are_verified_with_nothing_installed() {
    let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    let auth = Auth::builder().development_issuer(issuer.clone()).build().unwrap();
    let router = auth.router(Hello).unwrap();
    let token = || issuer.token("alice").audience(RESOURCE);
    for (token, status, text) in [
        (token().issue(), StatusCode::OK, "hello alice"),
        (token().badly_signed().issue(), StatusCode::UNAUTHORIZED, "error"),
        (token().expired().issue(), StatusCode::UNAUTHORIZED, "error"),
    ] {
        let response = router.clone().oneshot(request(token.expose())).await.unwrap();
        assert_eq!(response.status(), status);
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains(text), "{body:?}");
    }
}

/// The trap is set: whoever verifies by jsonwebtoken's default panics in this build.
#[test]
fn jsonwebtoken_itself_has_no_default_here() {
    let key = jsonwebtoken::EncodingKey::from_secret(b"secret");
    let signs = std::panic::catch_unwind(|| {
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &(), &key).map(|_token| ())
    });
    assert!(signs.is_err(), "one provider only: this build shows nothing");
}
