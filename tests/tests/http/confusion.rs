//! Requests that mean one thing by their headers and another by their body, or one thing to two parsers.

use serde_json::json;

use crate::support::{Message, Plain, READ, Running, start};

/// A call of `read` whose headers speak of `status`, which is public.
fn lying(version: Option<&str>) -> Message {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{}}}"#;
    let message = Message::post(body).with("mcp-method", "tools/call").with("mcp-name", "status");
    match version {
        Some(version) => message.with("mcp-protocol-version", version),
        None => message,
    }
}

/// Sends it without a token and with one that is too narrow: it is refused with the challenge of `read`, or as
/// malformed, and nothing runs.
async fn is_refused(server: &Running, message: &Message) {
    let narrow = server.token("alice", "files:admin");
    let own = server.session(Some(&narrow)).await;
    for token in [None, Some(narrow.as_str())] {
        for message in [message.clone(), message.clone().session(&own)] {
            let answer = server.send(&message.maybe(token)).await;
            let expected = if token.is_some() { [400, 403] } else { [400, 401] };
            assert!(expected.contains(&answer.status), "{answer:?}");
            if let Some(challenge) = answer.challenge() {
                assert_eq!(challenge.get("scope"), Some(READ), "{answer:?}");
            }
        }
    }
    assert_eq!(server.ledger.ran(), [""; 0], "{message:?}");
}

#[tokio::test]
async fn t1_headers_that_lie_about_the_tool_do_not_open_it_in_any_version() {
    let server = start::<Plain>().await;
    for version in [
        None,
        Some("2024-11-05"),
        Some("2025-03-26"),
        Some("2025-06-18"),
        Some("2025-11-25"),
        Some("2026-07-28"),
        Some("2099-01-01"),
        Some(""),
        Some("draft"),
    ] {
        let message = lying(version);
        is_refused(&server, &message).await;
        is_refused(&server, &message.clone().instead("mcp-method", "ping")).await;
        is_refused(&server, &message.clone().instead("mcp-method", "server/discover")).await;
        is_refused(&server, &message.without("mcp-method").without("mcp-name")).await;
    }
    let honest = server.send(&Message::call("read").token(&server.token("alice", READ))).await;
    assert_eq!((honest.status, server.ledger.ran()), (200, vec!["read".to_owned()]));
}

#[tokio::test]
async fn t2_a_header_that_stands_twice_is_refused_before_anybody_picks_one() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for versions in [["2025-06-18", "2026-07-28"], ["2026-07-28", "2025-06-18"], ["2026-07-28"; 2]] {
        let twice = versions
            .iter()
            .fold(lying(None), |message, version| message.with("mcp-protocol-version", version));
        is_refused(&server, &twice).await;
        let answer = server.send(&twice.token(&good)).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32600)), "{answer:?}");
    }
    let session = server.session(Some(&good)).await;
    for (name, value) in [
        ("mcp-name", "status"),
        ("mcp-method", "ping"),
        ("mcp-session-id", session.as_str()),
        ("last-event-id", "0"),
        ("content-type", "application/json"),
        ("host", "127.0.0.1"),
        ("origin", "http://127.0.0.1"),
    ] {
        let answer =
            server.send(&Message::call("read").with(name, value).with(name, value).token(&good)).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32600)), "{name}: {answer:?}");
        // Before a token is looked at: a page could not tell which of two origins the answer is for.
        assert_eq!(answer.header("access-control-allow-origin"), None, "{name}");
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
}

#[tokio::test]
async fn t2_a_name_is_the_same_name_however_it_is_spelled() {
    let server = start::<Plain>().await;
    let spelled = |body: &str| Message::post(body);
    for message in [
        spelled(r#"{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"n\u0061me":"re\u0061d"}}"#),
        spelled(
            r#"{"params":{"arguments":{"name":"status"},"name":"read"},"id":1,"method":"tools/call","jsonrpc":"2.0"}"#,
        ),
        spelled(
            "\n\t {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"read\"}} \n",
        ),
        Message::call("read").instead("mcp-name", "=?base64?cmVhZA==?="),
    ] {
        is_refused(&server, &message).await;
    }
    let good = server.token("alice", READ);
    let sentinel = Message::call("read").instead("mcp-name", "=?base64?cmVhZA==?=").token(&good);
    assert_eq!(server.send(&sentinel).await.text(), "read ran");
    let other = Message::call("read").instead("mcp-name", "=?base64?c3RhdHVz?=").token(&good);
    let answer = server.send(&other).await;
    assert_eq!((answer.status, answer.code()), (400, Some(-32020)), "{answer:?}");
}

#[tokio::test]
async fn t2_keys_that_stand_twice_or_in_another_case_never_choose_a_tool() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status","name":"read"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","n\u0061me":"status"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"read"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"},"params":{"name":"read"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/call","params":{"name":"read"}}"#,
    ] {
        let answer = server.send(&Message::post(body).token(&good)).await;
        assert_eq!((answer.status, answer.code()), (400, Some(-32700)), "{body}: {answer:?}");
    }
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"read","name":"status"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","Params":{"name":"read"},"params":{"name":"status"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"Method":"ping","method":"tools/call","params":{"name":"status"}}"#,
    ] {
        let session = server.session(Some(&good)).await;
        let answer = server.send(&Message::post(body).session(&session).token(&good)).await;
        assert_eq!(answer.text(), "status ran", "{body}");
    }
    for name in ["Read", "READ", "read ", " read", "read\\u0000", "re\\u200bad", "ｒead", "tools/read"] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{name}"}}}}"#);
        let session = server.session(Some(&good)).await;
        let answer = server.send(&Message::post(body).session(&session).token(&good)).await;
        assert_eq!(answer.code(), Some(-32602), "{name}: {answer:?}");
    }
    for method in ["Tools/Call", "TOOLS/CALL", "tools/call ", "tools/call\\u0000", "tools//call"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"name":"read"}}}}"#);
        let session = server.session(Some(&good)).await;
        let answer = server.send(&Message::post(body).session(&session).token(&good)).await;
        assert_eq!(answer.code(), Some(-32601), "{method}: {answer:?}");
    }
    assert!(server.ledger.ran().iter().all(|tool| tool == "status"), "{:?}", server.ledger.ran());
}

#[tokio::test]
async fn r48_r49_r50_headers_and_body_must_agree_in_the_newest_version() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let call = || Message::call("read").token(&good);
    for (message, code) in [
        (call().instead("mcp-protocol-version", "2025-11-25"), -32020),
        (call().without("mcp-protocol-version"), -32020),
        (call().without("mcp-method"), -32020),
        (call().instead("mcp-method", "tools/list"), -32020),
        (call().without("mcp-name"), -32020),
        (call().instead("mcp-name", "status"), -32020),
        (call().instead("mcp-name", "READ"), -32020),
        (
            call().body(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{}}}"#,
            ),
            -32602,
        ),
        (
            Message::post(String::from_utf8(call().body).unwrap().replace("2026-07-28", "2099-01-01"))
                .with("mcp-protocol-version", "2099-01-01")
                .with("mcp-method", "tools/call")
                .with("mcp-name", "read")
                .token(&good),
            -32022,
        ),
    ] {
        let answer = server.send(&message).await;
        assert_eq!((answer.status, answer.code()), (400, Some(code)), "{message:?} {answer:?}");
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
    assert_eq!(server.send(&call()).await.text(), "read ran");
}

#[tokio::test]
async fn r51_an_old_version_gets_no_easier_rule() {
    let server = start::<Plain>().await;
    let narrow = server.token("alice", "");
    let session = server.session(Some(&narrow)).await;
    for message in [Message::call("read"), Message::old_call("read").session(&session)] {
        let answer = server.send(&message.token(&narrow)).await;
        assert_eq!((answer.status, answer.challenge().unwrap().get("scope")), (403, Some(READ)));
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
}

#[tokio::test]
async fn r52_the_newest_version_knows_no_sessions_and_no_streams() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for message in [Message::listen(), Message::end()] {
        let answer = server.send(&message.instead("mcp-protocol-version", "2026-07-28").token(&good)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{answer:?}");
    }
    let bob = server.session(Some(&server.token("bob", ""))).await;
    for session in [bob.as_str(), "unknown", ""] {
        let call = Message::call("read").session(session).with("last-event-id", "0/1").token(&good);
        assert_eq!(server.send(&call).await.text(), "read ran", "{session}");
    }
    let answer = server.send(&Message::new("tools/destroy", json!({})).token(&good)).await;
    assert_eq!((answer.status, answer.code()), (404, Some(-32601)));
}
