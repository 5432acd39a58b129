//! Host and Origin: DNS rebinding, foreign pages, and requests that a page may send without asking.

use crate::support::{Anonymous, Message, Plain, READ, Setup, request, start, start_with};

const PUBLIC: &str = "https://mcp.example.com";

/// A server with a public name, listening on loopback behind a proxy.
fn public() -> Setup {
    let build = |builder: mcp_auth::AuthBuilder| {
        builder
            .allowed_hosts(["127.0.0.1", "mcp.example.com"])
            .allowed_origins(["https://app.example.com", PUBLIC])
    };
    Setup { build: Some(Box::new(build)), ..Setup::default() }
}

#[tokio::test]
async fn t4_r45_a_foreign_page_is_refused_with_or_without_a_token() {
    let server = start_with::<Plain>(public()).await;
    let good = server.token("alice", READ);
    for origin in [
        "null",
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://evil.app.example.com",
        "https://evilapp.example.com",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://app.example.com/",
        "https://app.example.com@evil.example",
        "https://evil.example/https://app.example.com",
        "https://evil.example?https://app.example.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example@127.0.0.1",
        "http://evil.example#@127.0.0.1",
        "file://",
        "file://localhost",
        "evil://localhost",
        "ftp://127.0.0.1",
        "localhost",
        "127.0.0.1:3000",
        "http://localhost/path",
        "http://[::1",
        "http://0x7f.1",
        "http://2130706433",
        "*",
        "",
        "http://localhost https://evil.example",
    ] {
        for message in [
            Message::call("read").token(&good),
            Message::call("status"),
            Message::initialize(),
            Message::listen().token(&good),
            Message::end().token(&good),
            request("OPTIONS", "/mcp").with("access-control-request-method", "POST"),
        ] {
            let answer = server.send(&message.with("origin", origin)).await;
            assert_eq!((answer.status, answer.code()), (403, Some(-32003)), "{origin}: {answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
            assert_eq!(answer.header("www-authenticate"), None, "another token would not help");
        }
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
}

#[tokio::test]
async fn t4_pages_of_the_configuration_and_of_this_machine_are_let_in() {
    let server = start_with::<Plain>(public()).await;
    let good = server.token("alice", READ);
    for origin in [
        "https://app.example.com",
        "HTTPS://APP.example.com",
        PUBLIC,
        "http://127.0.0.1:6274",
        "http://localhost:6274",
        "http://[::1]:6274",
    ] {
        let answer = server.send(&Message::call("read").token(&good).with("origin", origin)).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn t4_a_name_that_was_bound_to_this_address_by_somebody_else_is_refused() {
    let server = start_with::<Plain>(public()).await;
    let good = server.token("alice", READ);
    let port = server.address.port();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1.evil.example".to_owned(),
        "mcp.example.com.evil.example".to_owned(),
        "evil.mcp.example.com".to_owned(),
        "localhost".to_owned(),
        "127.0.0.2".to_owned(),
        "[::1]".to_owned(),
        "0.0.0.0".to_owned(),
        "mcp.example.com.".to_owned(),
    ] {
        let answer = server.send(&Message::call("read").token(&good).with("host", &host)).await;
        assert_eq!((answer.status, answer.code()), (403, Some(-32003)), "{host}: {answer:?}");
    }
    for host in [
        "",
        " ",
        "evil.example@127.0.0.1",
        "127.0.0.1@evil.example",
        "a b",
        "127.0.0.1/mcp",
        "[::1",
        "127.0.0.1:x",
    ] {
        let answer = server.send(&Message::call("read").token(&good).with("host", host)).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32600)), "{host}: {answer:?}");
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
    for host in ["127.0.0.1", "MCP.example.com", "mcp.example.com:443"] {
        let answer = server.send(&Message::call("read").token(&good).with("host", host)).await;
        assert_eq!(answer.text(), "read ran", "{host}");
    }
}

#[tokio::test]
async fn t4_a_request_names_one_host() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let bytes = |line: &str, host: &str| {
        let whole = Message::call("read").token(&good).bytes("HOST");
        let whole = String::from_utf8(whole).unwrap();
        whole.replacen("POST /mcp HTTP/1.1", line, 1).replacen("host: HOST\r\n", host, 1).into_bytes()
    };
    let host = format!("host: {}\r\n", server.host());
    let absolute = format!("POST http://{}/mcp HTTP/1.1", server.host());
    for (line, host, status) in [
        ("POST /mcp HTTP/1.1", host.as_str(), 200),
        (absolute.as_str(), host.as_str(), 200),
        ("POST http://evil.example/mcp HTTP/1.1", host.as_str(), 400),
        (absolute.as_str(), "host: evil.example\r\n", 400),
        ("POST http://evil.example/mcp HTTP/1.1", "host: evil.example\r\n", 403),
        ("POST http://user@127.0.0.1/mcp HTTP/1.1", "", 400),
        ("POST /mcp HTTP/1.1", "", 400),
        ("POST /mcp HTTP/1.0", "", 400),
    ] {
        let answer = crate::support::exchange(server.address, &bytes(line, host)).await.unwrap();
        assert_eq!(answer.status, status, "{line} {host}: {answer:?}");
        answer.json();
    }
    assert_eq!(server.ledger.ran(), ["read", "read"]);
}

/// A page may send these without a preflight; they must not be read as JSON.
#[tokio::test]
async fn t4_a_form_that_looks_like_json_is_refused() {
    let server = start::<Anonymous>().await;
    let good = server.token("alice", READ);
    for kind in [
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/jsonp",
        "application/json-rpc",
        "application/x-json",
        "application/json, text/plain",
        "text/plain; application/json",
        "",
        "\u{e9}",
    ] {
        for token in [None, Some(good.as_str())] {
            let answer =
                server.send(&Message::call("status").instead("content-type", kind).maybe(token)).await;
            assert_eq!((answer.status, answer.code()), (415, Some(-32600)), "{kind}: {answer:?}");
        }
    }
    assert_eq!(server.send(&Message::call("status").without("content-type")).await.status, 415);
    assert_eq!(server.ledger.ran(), [""; 0]);
    for kind in ["application/json", "Application/JSON; charset=utf-8", "application/json ;x=y"] {
        assert_eq!(
            server.send(&Message::call("status").instead("content-type", kind)).await.text(),
            "status ran"
        );
    }
}
