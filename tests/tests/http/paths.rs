//! The guard cannot be walked around: not by another spelling of the path, not by a header that names another one.

use axum::{Router, routing::get};

use crate::support::{Message, Plain, READ, Setup, request, start_with};

fn app() -> Router {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/mcp/health", get(|| async { "inside" }))
        .route("/x", axum::routing::any(|| async { "x" }))
}

#[tokio::test]
async fn t7_only_the_path_of_the_resource_reaches_the_server() {
    let server = start_with::<Plain>(Setup { app: app(), ..Setup::default() }).await;
    let good = server.token("alice", READ);
    for target in ["/mcp", "/mcp/", "/mcp?", "/mcp?a=b", "/mcp/?x=/health", "/mcp?../../health"] {
        assert_eq!(
            server.send(&Message::call("read").at(target).token(&good)).await.text(),
            "read ran",
            "{target}"
        );
        let answer = server.send(&Message::call("read").at(target)).await;
        assert_eq!((answer.status, answer.challenge().unwrap().get("scope")), (401, Some(READ)), "{target}");
    }
    let ran = server.ledger.ran().len();
    for target in [
        "/mcp2",
        "/mcp/x",
        "/mcp/x/",
        "/mcp//",
        "//mcp",
        "///mcp",
        "/%6dcp",
        "/%6Dcp",
        "/mcp%2f",
        "/mcp%2Fx",
        "/mcp%00",
        "/mcp%20",
        "/mcp;x",
        "/mcp/;",
        "/MCP",
        "/Mcp",
        "/./mcp",
        "/x/../mcp",
        "/health/../mcp",
        "/mcp/../mcp",
        "/mcp/.",
        "/mcp/..",
        "/..%2fmcp",
        "/%2e%2e/mcp",
        "/\\mcp",
        "/mcp\\",
        "/mcp.json",
        "/mcp*",
        "/",
        "/.well-known/oauth-protected-resource/mcp2",
    ] {
        for token in [None, Some(good.as_str())] {
            let answer = server.send(&Message::call("read").at(target).maybe(token)).await;
            assert!([404, 400].contains(&answer.status), "{target}: {answer:?}");
        }
    }
    assert_eq!(server.ledger.ran().len(), ran);
}

#[tokio::test]
async fn t7_headers_that_name_another_path_or_method_change_nothing() {
    let server = start_with::<Plain>(Setup { app: app(), ..Setup::default() }).await;
    for (name, value) in [
        ("x-original-url", "/health"),
        ("x-original-uri", "/health"),
        ("x-rewrite-url", "/health"),
        ("x-forwarded-uri", "/health"),
        ("x-forwarded-path", "/health"),
        ("x-forwarded-prefix", "/health"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("x-forwarded-method", "OPTIONS"),
        ("x-http-method-override", "OPTIONS"),
        ("x-http-method", "OPTIONS"),
        ("x-method-override", "OPTIONS"),
        // R44: identities that a proxy would set.
        ("x-forwarded-user", "alice"),
        ("x-forwarded-email", "alice@example.com"),
        ("x-auth-request-user", "alice"),
        ("x-remote-user", "alice"),
        ("remote-user", "alice"),
        ("x-user", "alice"),
        ("x-forwarded-access-token", "eyJhbGciOiJub25lIn0.e30."),
        ("x-client-cert", "alice"),
        ("x-ssl-client-verify", "SUCCESS"),
    ] {
        let answer = server.send(&Message::call("read").with(name, value)).await;
        assert_eq!(answer.status, 401, "{name}: {value}");
        let narrow = server.token("mallory", "");
        let answer = server.send(&Message::call("whoami").with(name, value).token(&narrow)).await;
        assert_eq!(answer.text(), "mallory", "{name}: {value}");
    }
    assert!(!server.ledger.ran().contains(&"read".to_owned()));
}

#[tokio::test]
async fn a_server_beside_an_app_guards_its_own_path_and_nothing_else() {
    let server = start_with::<Plain>(Setup { app: app(), ..Setup::default() }).await;
    let get = |path: &str| request("GET", path);
    assert_eq!(server.send(&get("/health")).await.body, "ok");
    assert_eq!(server.send(&get("/mcp/health")).await.body, "inside");
    assert_eq!(server.send(&get("/mcp")).await.status, 401);
    let options = request("OPTIONS", "/health");
    assert_eq!(server.send(&options).await.status, 405);
}
