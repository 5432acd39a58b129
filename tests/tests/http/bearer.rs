//! The token on its way, and the challenge that answers for it.

use serde_json::json;

use crate::support::{Closed, Connection, Message, Plain, READ, request, start, within};

#[tokio::test]
async fn r7_r8_r10_r13_without_credentials_the_challenge_names_the_scope_and_no_error() {
    let server = start::<Closed>().await;
    for message in [
        Message::initialize(),
        Message::call("read"),
        Message::listen(),
        Message::end(),
        request("PUT", "/mcp"),
        request("HEAD", "/mcp").with("connection", "close"),
        Message::post("not even JSON"),
        Message::post("").without("content-type"),
    ] {
        let answer = if message.method == "HEAD" {
            server.open(&message).await.0
        } else {
            server.send(&message).await
        };
        assert_eq!(answer.status, 401, "{message:?}");
        let challenge = answer.challenge().unwrap();
        assert_eq!(challenge.names(), ["scope", "resource_metadata"], "{message:?}");
        assert_eq!(challenge.get("scope"), Some(READ));
        if message.method != "HEAD" {
            let body = json!({
                "jsonrpc": "2.0", "id": null,
                "error": { "code": -32001, "message": "authorization required" },
            });
            assert_eq!(answer.json(), body, "{message:?}");
        }
    }
}

#[tokio::test]
async fn r9_r25_r26_r27_a_token_that_is_not_for_this_server_is_invalid_and_runs_nothing() {
    let server = start::<Plain>().await;
    let token = || server.issuer.token("alice").scopes(READ);
    let resource = server.resource.as_str();
    let origin = server.origin();
    let stranger = mcp_auth::DevelopmentIssuer::new(&origin).unwrap();
    let mut bad = vec![
        token().audience(resource).expired().issue(),
        token().audience(resource).badly_signed().issue(),
        token().issue(),
        stranger.token("alice").audience(resource).scopes(READ).issue(),
    ];
    // T7: an audience that only looks like the resource.
    for audience in [
        format!("{resource}/"),
        format!("{resource}2"),
        format!("{resource}/x"),
        resource.trim_end_matches('p').to_owned(),
        origin.clone(),
        format!("{origin}/"),
        format!("{origin}/MCP"),
        resource.replace("http:", "https:"),
        resource.replace("127.0.0.1", "localhost"),
        format!("{resource}?x"),
        format!("{resource}#x"),
        format!(" {resource}"),
    ] {
        bad.push(token().audience(&audience).issue());
    }
    for token in &bad {
        // Public tools too: what is present must be good.
        for tool in ["read", "status"] {
            let answer = server.send(&Message::call(tool).token(token.expose())).await;
            assert_eq!(answer.status, 401, "{token:?}");
            let challenge = answer.challenge().unwrap();
            assert_eq!(challenge.get("error"), Some("invalid_token"));
            assert_eq!(challenge.names(), ["error", "error_description", "scope", "resource_metadata"]);
        }
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
    let good = token().audience(resource).issue();
    assert_eq!(server.send(&Message::call("read").token(good.expose())).await.text(), "read ran");
}

#[tokio::test]
async fn r11_r16_r17_a_missing_scope_is_asked_for_with_everything_the_operation_needs() {
    let server = start::<Plain>().await;
    for (tool, held, wanted) in [
        ("read", "", Some("files:read")),
        ("read", "files:write files:admin", Some("files:read")),
        ("read", "files:rea files:read2 FILES:READ", Some("files:read")),
        ("read", "files:read", None),
        ("copy", "files:read", Some("files:read files:write")),
        ("copy", "files:write", Some("files:read files:write")),
        ("copy", "files:read files:write", None),
        ("write", "files:read", Some("files:write")),
        ("write", "files:admin", None),
        ("share", "files:read", Some("files:read files:admin")),
        ("share", "files:write", Some("files:read files:admin")),
        ("share", "files:read files:write", None),
    ] {
        let answer = server.send(&Message::call(tool).token(&server.token("alice", held))).await;
        let Some(wanted) = wanted else {
            assert_eq!(answer.text(), format!("{tool} ran"), "{held}");
            continue;
        };
        assert_eq!(answer.status, 403, "{tool} with {held}");
        let challenge = answer.challenge().unwrap();
        assert_eq!(challenge.names(), ["error", "error_description", "scope", "resource_metadata"]);
        assert_eq!(challenge.get("error"), Some("insufficient_scope"));
        assert_eq!(challenge.get("scope"), Some(wanted), "{tool} with {held}");
        assert_eq!(answer.json()["id"], 1);
        assert_eq!(answer.code(), Some(-32003));
    }
}

#[tokio::test]
async fn r12_r14_r21_credentials_that_cannot_be_understood_are_400() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let bearer = format!("Bearer {good}");
    let other = server.token("bob", READ);
    let call = || Message::call("read");
    for message in [
        call().with("authorization", &bearer).with("authorization", &bearer),
        call().with("authorization", &bearer).with("Authorization", &format!("Bearer {other}")),
        call().with("authorization", "Basic YTpi").with("authorization", &bearer),
        call().with("authorization", &format!("{bearer}, {bearer}")),
        call().with("authorization", &format!("{bearer} {bearer}")),
        call().with("authorization", "Bearer"),
        call().with("authorization", "Bearer \"x\""),
        call().with("authorization", "Bearer a b"),
        call().with("authorization", ""),
        call().with("authorization", &format!("Bearer {}", "a".repeat(16 * 1024 + 1))),
    ] {
        let answer = server.send(&message).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32600)), "{answer:?}");
        let challenge = answer.challenge().unwrap();
        assert_eq!(challenge.get("error"), Some("invalid_request"), "{answer:?}");
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
}

#[tokio::test]
async fn r19_the_scheme_has_no_case_and_other_schemes_are_no_credentials() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  ", "bearer    "] {
        let call = Message::call("read").with("authorization", &format!("{scheme} {good}"));
        assert_eq!(server.send(&call).await.text(), "read ran", "{scheme}");
    }
    for value in
        ["Basic YTpi", "DPoP eyJ", "Digest", &good, &format!("Bearer:{good}"), &format!("XBearer {good}")]
    {
        let answer = server.send(&Message::call("read").with("authorization", value)).await;
        assert_eq!(answer.status, 401, "{value}");
        assert_eq!(answer.challenge().unwrap().get("error"), None, "{value}");
    }
}

#[tokio::test]
async fn r20_a_token_elsewhere_than_in_the_header_is_no_token() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for message in [
        Message::call("read").at(&format!("/mcp?access_token={good}")),
        Message::call("read").at(&format!("/mcp?token={good}&authorization=Bearer%20{good}")),
        Message::call("read").with("cookie", &format!("access_token={good}; authorization=Bearer {good}")),
        Message::call("read").with("x-authorization", &format!("Bearer {good}")),
        Message::call("read").with("x-forwarded-authorization", &format!("Bearer {good}")),
        Message::call("read").with("proxy-authorization", &format!("Bearer {good}")),
        Message::call("read").with("x-access-token", &good),
        Message::new("tools/call", json!({ "name": "read", "access_token": good, "authorization": good })),
    ] {
        let answer = server.send(&message).await;
        assert_eq!(answer.status, 401, "{message:?}");
        assert_eq!(answer.challenge().unwrap().get("error"), None);
    }
    let trailer = Message::call("read").with("transfer-encoding", "chunked").with("trailer", "authorization");
    let body = String::from_utf8(trailer.body.clone()).unwrap();
    let chunks = format!("{:x}\r\n{body}\r\n0\r\nauthorization: Bearer {good}\r\n\r\n", body.len());
    assert_eq!(server.send(&trailer.body(chunks)).await.status, 401);
    let form = Message::post(format!("access_token={good}"))
        .instead("content-type", "application/x-www-form-urlencoded");
    assert_eq!(server.send(&form).await.status, 415);
    assert_eq!(server.ledger.ran(), [""; 0]);
}

#[tokio::test]
async fn r22_r57_a_session_is_no_credential() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let session = server.session(Some(&good)).await;
    let call = Message::old_call("read").session(&session);
    assert_eq!(server.send(&call.clone().token(&good)).await.text(), "read ran");
    for (message, status) in [
        (call.clone(), 401),
        (call.clone().token(&server.expired()), 401),
        (call.token(&server.token("alice", "")), 403),
        (Message::old_call("whoami").session(&session), 401),
        (Message::listen().session(&session), 401),
        (Message::end().session(&session), 401),
    ] {
        assert_eq!(server.send(&message).await.status, status, "{message:?}");
    }
    assert_eq!(server.ledger.ran(), ["read"]);
}

/// Identity is of the request, not of the connection.
#[tokio::test]
async fn r22_requests_on_one_connection_share_nothing() {
    let server = start::<Plain>().await;
    let mut connection = Connection::open(server.address).await;
    let (alice, bob) = (server.token("alice", READ), server.token("bob", ""));
    let whoami = |token: Option<&str>| Message::call("whoami").maybe(token).bytes(&server.host());
    // All at once: HTTP/1.1 answers in order.
    let requests =
        [whoami(Some(&alice)), whoami(None), whoami(Some(&bob)), whoami(Some("x")), whoami(Some(&alice))];
    connection.write(&requests.concat()).await.unwrap();
    let mut seen = Vec::new();
    for _ in &requests {
        let answer = within(connection.answer()).await.unwrap();
        seen.push((answer.status, if answer.status == 200 { answer.text() } else { String::new() }));
    }
    let alice = (200, "alice".to_owned());
    let refused = (401, String::new());
    assert_eq!(seen, [alice.clone(), refused.clone(), (200, "bob".to_owned()), refused, alice]);
}

#[tokio::test]
async fn r28_r43_a_tool_cannot_pass_the_token_on_because_it_never_sees_it() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let session = server.session(Some(&good)).await;
    for message in [Message::call("headers"), Message::old_call("headers").session(&session)] {
        let seen = server.send(&message.token(&good).with("x-seen", "yes")).await.text();
        assert!(seen.contains("\"x-seen\": \"yes\""), "{seen}");
        assert!(!seen.contains("authorization") && !seen.contains(&good), "{seen}");
        assert!(!seen.contains(session.rsplit_once('.').unwrap().1), "nor what binds the session: {seen}");
    }
}

/// Nothing is asked for before the caller is known: neither the body nor more of it.
#[tokio::test]
async fn r25_a_body_is_not_asked_for_before_the_token_is_verified() {
    let server = start::<Closed>().await;
    let expecting = |token: &str| {
        Message::call("read")
            .token(token)
            .with("expect", "100-continue")
            .with("content-length", "1000000")
            .body("")
    };
    let mut connection = Connection::open(server.address).await;
    connection.write(&expecting(&server.expired()).bytes(&server.host())).await.unwrap();
    assert_eq!(within(connection.head()).await.unwrap().status, 401);
    let mut connection = Connection::open(server.address).await;
    connection.write(&expecting(&server.token("alice", READ)).bytes(&server.host())).await.unwrap();
    assert_eq!(within(connection.head()).await.unwrap().status, 100, "the control");
}

#[tokio::test]
async fn r24_r55_no_shared_cache_may_keep_what_one_caller_got() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let session = server.session(Some(&good)).await;
    for message in [
        Message::call("read"),
        Message::call("status"),
        Message::new("tools/list", json!({})),
        Message::new("server/discover", json!({})),
        Message::old("tools/list", &json!({})).session(&session),
        Message::call("copy"),
        Message::call("nothing"),
        Message::new("prompts/list", json!({})),
        Message::call("read").instead("mcp-name", "other"),
        Message::listen().instead("mcp-protocol-version", "2026-07-28"),
        Message::listen().session("unknown"),
        Message::post("{"),
    ] {
        let answer = server.send(&message.token(&good)).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    }
    let list = server.send(&Message::new("tools/list", json!({})).token(&good)).await.json();
    assert_eq!(list["result"]["cacheScope"], "private", "{list}");
    assert_eq!(list["result"]["nextCursor"], json!(null));
}
