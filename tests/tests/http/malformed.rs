//! Requests that no client should send. Each gets a 4xx with a JSON body, nothing runs, nothing breaks, and the next
//! good request works.

use crate::support::{
    Broken, Connection, Message, Plain, READ, Running, exchange, panics, request, start, within,
};

fn deep(open: &str, close: &str, depth: usize) -> String {
    format!("{}1{}", open.repeat(depth), close.repeat(depth))
}

/// Bodies of a POST that is right in everything else.
fn bodies() -> Vec<Vec<u8>> {
    let call =
        |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
    let id = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"initialize","params":{{}}}}"#);
    let texts = vec![
        String::new(),
        " ".into(),
        "\0".into(),
        "{".into(),
        "}".into(),
        "{}".into(),
        "[]".into(),
        "[{}]".into(),
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#.into(),
        r#"  [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}]"#.into(),
        "null".into(),
        "true".into(),
        "1".into(),
        "\"text\"".into(),
        "NaN".into(),
        "{'jsonrpc':'2.0'}".into(),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping",}"#.into(),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}}"#.into(),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"} {"jsonrpc":"2.0","id":2,"method":"ping"}"#.into(),
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}".into(),
        "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".into(),
        "// comment\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".into(),
        "<xml/>".into(),
        "GET / HTTP/1.1\r\n\r\n".into(),
        r#"{"jsonrpc":"2.0","id":1}"#.into(),
        r#"{"jsonrpc":"2.0","method":1,"id":1}"#.into(),
        r#"{"jsonrpc":"2.0","method":null,"id":1}"#.into(),
        r#"{"jsonrpc":"2.0","method":["ping"],"id":1}"#.into(),
        r#"{"jsonrpc":"1.0","method":"ping","id":1}"#.into(),
        r#"{"jsonrpc":2.0,"method":"ping","id":1}"#.into(),
        r#"{"method":"ping","id":1}"#.into(),
        r#"{"jsonrpc":"2.0","method":"ping","id":1,"result":{}}"#.into(),
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#.into(),
        r#"{"jsonrpc":"2.0","id":1,"error":5}"#.into(),
        id("{}"),
        id("[1]"),
        id("true"),
        id("1.5"),
        id("1e400"),
        id("-1e400"),
        id("99999999999999999999999999999999999999"),
        id(&"9".repeat(10_000)),
        id("-9223372036854775809"),
        id(&format!("\"{}\"", "i".repeat(100_000))),
        id("\"\\ud800\""),
        id(&deep("[", "]", 200)),
        call("5"),
        call("\"read\""),
        call("[]"),
        call("[\"read\"]"),
        call("null"),
        call("{}"),
        call(r#"{"name":5}"#),
        call(r#"{"name":null}"#),
        call(r#"{"name":["read"]}"#),
        call(r#"{"name":{"read":1}}"#),
        call(r#"{"name":"read","arguments":5}"#),
        call(r#"{"name":"read","arguments":[]}"#),
        call(r#"{"name":"read","_meta":5}"#),
        call(&deep("[", "]", 100_000)),
        call(&deep(r#"{"a":"#, "}", 100_000)),
        call(&format!(r#"{{"name":"read","arguments":{}}}"#, deep(r#"{"a":"#, "}", 50_000))),
        deep("[", "]", 100_000),
        deep(r#"{"a":"#, "}", 100_000),
        "[".repeat(500_000),
        "{\"a\":".repeat(100_000),
        format!("\"{}", "a".repeat(100_000)),
        r#"{"$serde_json::private::RawValue":"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"}"#.into(),
        r#"{"jsonrpc":"2.0","id":{"$serde_json::private::Number":"1"},"method":"initialize","params":{}}"#.into(),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"$serde_json::private::RawValue":"{\"name\":\"read\"}"}}"#
            .into(),
    ];
    let mut bodies: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    bodies.push(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\xffng\"}".to_vec());
    bodies.push(b"{\"jsonrpc\":\"2.0\",\"id\":\"\xc3\x28\",\"method\":\"ping\"}".to_vec());
    bodies.push(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\0\"}}".to_vec());
    bodies.push(vec![0xff; 1000]);
    bodies.push(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
    );
    bodies
}

/// Requests that are wrong in something else than the body.
fn requests() -> Vec<(Message, u16)> {
    let call = || Message::call("read");
    let mut requests = vec![
        (call().without("accept"), 406),
        (call().instead("accept", "application/json"), 406),
        (call().instead("accept", "text/event-stream"), 406),
        (call().instead("accept", "*/*"), 406),
        (call().instead("accept", "application/json;q=0, text/event-stream"), 406),
        (call().instead("accept", "\u{e9}"), 406),
        (call().instead("content-type", "text/plain"), 415),
        (call().instead("content-type", ""), 415),
        (call().without("content-type"), 415),
        (call().with("content-encoding", "gzip").body([0x1f, 0x8b, 8, 0, 0]), 400),
        (call().instead("mcp-protocol-version", "\u{e9}"), 400),
        (call().instead("mcp-protocol-version", "not a version"), 400),
        (call().instead("mcp-protocol-version", &"9".repeat(10_000)), 400),
        (call().instead("mcp-name", "=?base64?***?="), 400),
        (call().instead("mcp-name", "=?base64?/w==?="), 400),
        (call().instead("mcp-name", "=?base64??="), 400),
        (call().instead("mcp-name", "\u{e9}"), 400),
        (call().instead("mcp-method", "\u{e9}"), 400),
        (Message::old_call("read"), 400),
        (Message::old_call("read").session("\u{e9}"), 404),
        (Message::old("initialize", &serde_json::json!({})), 400),
        (Message::listen(), 400),
        (Message::end(), 400),
        (Message::listen().without("accept"), 406),
        (Message::listen().session("unknown").with("last-event-id", "\u{e9}"), 404),
    ];
    for method in ["PUT", "PATCH", "TRACE", "PROPFIND", "MCP", "post", "M-SEARCH"] {
        requests.push((call().method(method), 405));
    }
    requests
}

async fn is_unharmed(server: &Running, good: &str) {
    let answer = server.send(&Message::call("read").token(good)).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "read ran"));
}

#[tokio::test]
async fn r47_bodies_that_are_no_message_get_a_400_with_json_and_break_nothing() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let session = server.session(Some(&good)).await;
    let bodies = bodies();
    assert!(bodies.len() >= 60, "{}", bodies.len());
    for body in bodies {
        for message in [Message::post(body.clone()), Message::post(body.clone()).session(&session)] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
            let in_session = message.headers.iter().any(|(name, _)| name == "mcp-session-id");
            let answer = server.send(&message.token(&good)).await;
            let refused = answer.status == 400;
            // In a session, what is JSON-RPC and no known request is answered by the protocol, inside of the stream.
            let in_band = in_session && answer.status == 200 && answer.code().is_some();
            let session_ends = in_session && answer.status == 202;
            assert!(refused || in_band || session_ends, "{shown}: {answer:?}");
            if refused {
                assert!(answer.json()["error"]["message"].is_string(), "{shown}: {answer:?}");
                assert!(!answer.body.contains("expected"), "no parser's text: {shown}: {answer:?}");
            }
        }
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
    assert_eq!(panics(), 0);
    is_unharmed(&server, &good).await;
    assert_eq!(
        server.send(&Message::old_call("read").session(&session).token(&good)).await.text(),
        "read ran"
    );
}

#[tokio::test]
async fn requests_that_are_wrong_around_the_body_get_their_4xx_with_json() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for (message, status) in requests() {
        let answer = server.send(&message.clone().token(&good)).await;
        assert_eq!(answer.status, status, "{message:?}: {answer:?}");
        assert!(answer.json()["error"]["code"].is_i64(), "{answer:?}");
        let answer = server.send(&message.clone()).await;
        assert!([401, status].contains(&answer.status), "{message:?}: {answer:?}");
    }
    assert_eq!((server.ledger.ran(), panics()), (vec![], 0));
    is_unharmed(&server, &good).await;
}

/// hyper refuses these before the server sees them: a bare 4xx, or a closed connection.
#[tokio::test]
async fn requests_that_are_no_http_end_the_connection_and_nothing_else() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let host = format!("host: {}\r\n", server.host());
    let post = format!(
        "POST /mcp HTTP/1.1\r\n{host}content-type: application/json\r\nauthorization: Bearer {good}\r\n"
    );
    let many = "x: 1\r\n".repeat(200);
    for (name, bytes, status) in [
        ("HTTP/0.9", "GET /mcp\r\n\r\n".to_owned(), Some(400)),
        ("no HTTP", "hello\r\n\r\n".to_owned(), Some(400)),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}\0\r\n\r\n".to_owned(), Some(400)),
        ("another version", format!("GET /mcp HTTP/3.0\r\n{host}\r\n"), Some(400)),
        ("a space in the target", format!("GET /m cp HTTP/1.1\r\n{host}\r\n"), Some(400)),
        ("NUL in a header", format!("GET /mcp HTTP/1.1\r\n{host}x: a\0b\r\n\r\n"), Some(400)),
        ("NUL in the target", format!("GET /mcp\0 HTTP/1.1\r\n{host}\r\n"), Some(400)),
        ("a header without a name", format!("GET /mcp HTTP/1.1\r\n{host}: x\r\n\r\n"), Some(400)),
        ("a space before the colon", format!("GET /mcp HTTP/1.1\r\n{host}x : x\r\n\r\n"), Some(400)),
        ("a folded header", format!("GET /mcp HTTP/1.1\r\n{host}x: a\r\n b\r\n\r\n"), Some(400)),
        ("too many headers", format!("GET /mcp HTTP/1.1\r\n{host}{many}\r\n"), Some(431)),
        (
            "too long a header",
            format!("GET /mcp HTTP/1.1\r\n{host}x: {}\r\n\r\n", "a".repeat(100_000)),
            Some(431),
        ),
        ("too long a target", format!("GET /{} HTTP/1.1\r\n{host}\r\n", "a".repeat(70_000)), Some(431)),
        ("a length that is no number", format!("{post}content-length: x\r\n\r\n{{}}"), Some(400)),
        ("a negative length", format!("{post}content-length: -1\r\n\r\n{{}}"), Some(400)),
        ("two lengths", format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"), Some(400)),
        ("a length beyond u64", format!("{post}content-length: 99999999999999999999\r\n\r\n{{}}"), Some(400)),
        ("an encoding unknown to HTTP", format!("{post}transfer-encoding: gzip\r\n\r\n{{}}"), Some(400)),
        ("two encodings", format!("{post}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), None),
        ("chunked before another", format!("{post}transfer-encoding: chunked, gzip\r\n\r\n{{}}"), Some(400)),
    ] {
        match (exchange(server.address, bytes.as_bytes()).await, status) {
            (Ok(answer), Some(status)) => assert_eq!(answer.status, status, "{name}: {answer:?}"),
            (Ok(answer), None) => assert!((400..500).contains(&answer.status), "{name}: {answer:?}"),
            (Err(Broken::Closed), _) => {}
            (broken, _) => panic!("{name}: {broken:?}"),
        }
    }
    assert_eq!((server.ledger.ran(), panics()), (vec![], 0));
    is_unharmed(&server, &good).await;
}

/// F13: what breaks inside of a chunked body is a bad request, not an error of the server.
#[tokio::test]
async fn f13_chunks_that_are_garbage_are_400() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    for chunks in [
        "x\r\n".to_owned(),
        "-1\r\n".to_owned(),
        "fffffffffffffffffff\r\n".to_owned(),
        "2\r\n{}x\r\n0\r\n\r\n".to_owned(),
        "2 \t;a\r\n{}\r\n\r\n0\r\n\r\n".to_owned(),
        format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "e".repeat(1024 * 1024)),
        format!("{}2\r\n{{}}\r\n0\r\n\r\n", "0".repeat(100)),
        format!("2\r\n{{}}\r\n0\r\n{}\r\n", "t: x\r\n".repeat(20_000)),
    ] {
        let message =
            Message::call("read").token(&good).with("transfer-encoding", "chunked").body(chunks.clone());
        let shown = &chunks[..chunks.len().min(40)];
        let answer = server.send(&message).await;
        assert_eq!((answer.status, answer.code().is_some()), (400, true), "{shown}: {answer:?}");
    }
    // Both a length and chunks: hyper reads the chunks, and closes. Nobody can put a second request behind.
    let inner = String::from_utf8(Message::call("read").token(&good).bytes(&server.host())).unwrap();
    let smuggled = Message::call("status")
        .with("content-length", "4")
        .with("transfer-encoding", "chunked")
        .body(format!("0\r\n\r\n{inner}"));
    let mut connection = Connection::open(server.address).await;
    connection.write(&smuggled.bytes(&server.host())).await.unwrap();
    let first = within(connection.answer()).await.unwrap();
    assert_eq!(first.status, 400, "{first:?}");
    assert_eq!(within(connection.answer()).await, Err(Broken::Closed));
    assert_eq!((server.ledger.ran(), panics()), (vec![], 0));
    is_unharmed(&server, &good).await;
}

#[tokio::test]
async fn odd_targets_are_answered() {
    let server = start::<Plain>().await;
    let host = server.host();
    for (target, method, status) in [
        ("*", "OPTIONS", 404),
        (host.as_str(), "CONNECT", 404),
        ("/%", "GET", 404),
        ("/%zz", "GET", 404),
        ("/mcp%", "GET", 404),
        ("/%ff%fe", "GET", 404),
        ("/mcp?%zz=%", "GET", 401),
    ] {
        let answer = server.send(&request(method, target)).await;
        assert_eq!(answer.status, status, "{method} {target}: {answer:?}");
    }
    assert_eq!(panics(), 0);
}
