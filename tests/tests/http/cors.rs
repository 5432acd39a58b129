//! Clients in a browser: a page reads an answer only where it is let, refusals included.

use serde_json::json;

use crate::support::{Message, Plain, READ, request, start};

const PAGE: &str = "http://localhost:6274";
const EXPOSED: &str = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After";

#[tokio::test]
async fn r18_a_preflight_is_answered_without_a_token() {
    let server = start::<Plain>().await;
    let preflight =
        request("OPTIONS", "/mcp").with("origin", PAGE).with("access-control-request-method", "POST").with(
            "access-control-request-headers",
            "authorization,content-type,mcp-param-region,x-other,Mcp-Param-B c",
        );
    let answer = server.send(&preflight).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, DELETE"));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some(
            "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name, \
             Last-Event-ID, mcp-param-region"
        )
    );
    assert_eq!(answer.header("vary"), Some("Origin"));
    assert_eq!(answer.header("access-control-allow-credentials"), None, "no cookies here");
}

#[tokio::test]
async fn r18_the_challenge_can_be_read_by_a_page_whatever_the_answer() {
    let server = start::<Plain>().await;
    let narrow = server.token("alice", "");
    let good = server.token("alice", READ);
    for (message, status) in [
        (Message::initialize(), 401),
        (Message::call("read").token(&server.expired()), 401),
        (Message::call("read").token(&narrow), 403),
        (Message::call("read").with("authorization", "Bearer"), 400),
        (Message::post("{").token(&good), 400),
        (Message::post("{}").instead("content-type", "text/plain").token(&good), 415),
        (Message::new("prompts/list", json!({})).token(&good), 404),
        (Message::listen().token(&good).session("unknown"), 404),
        (request("PUT", "/mcp").token(&good), 405),
        (Message::call("read").token(&good), 200),
        (Message::initialize().token(&good), 200),
    ] {
        let answer = server.send(&message.with("origin", PAGE)).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{answer:?}");
        assert_eq!(answer.header("access-control-expose-headers"), Some(EXPOSED), "{answer:?}");
        assert_eq!(answer.header("vary"), Some("Origin"), "{answer:?}");
    }
    let without = server.send(&Message::initialize()).await;
    assert_eq!(
        (without.header("access-control-allow-origin"), without.header("vary")),
        (None, Some("Origin"))
    );
}

#[tokio::test]
async fn the_metadata_may_be_read_by_every_page() {
    let server = start::<Plain>().await;
    for path in ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"] {
        let answer = server.send(&request("GET", path).with("origin", "https://anywhere.example")).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let preflight = request("OPTIONS", path)
            .with("origin", "https://anywhere.example")
            .with("access-control-request-headers", "mcp-protocol-version");
        let answer = server.send(&preflight).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
        assert!(answer.header("access-control-allow-headers").unwrap().contains("MCP-Protocol-Version"));
    }
}
