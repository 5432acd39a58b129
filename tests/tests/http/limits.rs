//! Slow, large and many: what one caller may cost the others.

use std::time::Duration;

use mcp_auth::Limits;
use tokio::time::Instant;

use crate::support::{
    Broken, Closed, Connection, Message, Plain, READ, Running, Setup, start, start_with, within,
};

async fn server(limits: Limits) -> Running {
    start_with::<Plain>(Setup { limits, ..Setup::default() }).await
}

/// A connection that says `bytes` and then nothing is closed, not much later than `limit`.
async fn is_cut(server: &Running, bytes: &[u8], limit: Duration) {
    let begin = Instant::now();
    let mut connection = Connection::open(server.address).await;
    connection.write(bytes).await.unwrap();
    let _ = within(connection.answer()).await;
    let shown = String::from_utf8_lossy(bytes);
    assert!(begin.elapsed() >= limit.mul_f32(0.9), "{shown:?} too early: {:?}", begin.elapsed());
    assert!(begin.elapsed() < limit * 2 + Duration::from_secs(1), "{shown:?}: {:?}", begin.elapsed());
}

#[tokio::test]
async fn a_connection_that_says_little_or_nothing_is_closed_in_time() {
    let header_time = Duration::from_millis(300);
    let server = server(Limits { header_time, ..Limits::default() }).await;
    for bytes in
        ["", "P", "POST", "PRI * HTTP/2.0\r\n", "POST /mcp HTTP/1.1\r\n", "POST /mcp HTTP/1.1\r\nhost: a\r\n"]
    {
        is_cut(&server, bytes.as_bytes(), header_time).await;
    }
}

/// One byte at a time does not help.
#[tokio::test]
async fn headers_that_drip_are_cut() {
    let header_time = Duration::from_millis(300);
    let server = server(Limits { header_time, ..Limits::default() }).await;
    for text in
        ["POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx: aaaaaaaaaaaaaaaaaaaa", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r"]
    {
        let mut connection = Connection::open(server.address).await;
        let begin = Instant::now();
        for byte in text.as_bytes() {
            if connection.write(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let _ = within(connection.answer()).await;
        assert!(begin.elapsed() < Duration::from_millis(50 * text.len() as u64 + 250), "{text}");
        assert!(within(connection.is_closed()).await);
    }
}

#[tokio::test]
async fn a_kept_connection_is_closed_when_it_idles() {
    let header_time = Duration::from_millis(300);
    let server = server(Limits { header_time, ..Limits::default() }).await;
    let good = server.token("alice", READ);
    let mut connection = Connection::open(server.address).await;
    for _ in 0..2 {
        connection.write(&Message::call("read").token(&good).bytes(&server.host())).await.unwrap();
        assert_eq!(within(connection.answer()).await.unwrap().text(), "read ran");
    }
    assert!(within(connection.is_closed()).await);
}

#[tokio::test]
async fn a_slow_tool_is_not_a_slow_client() {
    let header_time = Duration::from_millis(200);
    let server = server(Limits { header_time, body_time: header_time, ..Limits::default() }).await;
    let mut connection = Connection::open(server.address).await;
    let call = Message::call("slow").token(&server.token("alice", READ));
    connection.write(&call.bytes(&server.host())).await.unwrap();
    server.ledger.begun().await;
    tokio::time::sleep(header_time * 3).await;
    server.ledger.let_one_end();
    assert_eq!(within(connection.answer()).await.unwrap().text(), "slow ran");
}

#[tokio::test]
async fn a_slow_body_is_408() {
    let body_time = Duration::from_millis(300);
    let server = server(Limits { body_time, ..Limits::default() }).await;
    let good = server.token("alice", READ);
    for message in [
        Message::call("read").token(&good).with("content-length", "1000"),
        Message::call("read").token(&good).with("transfer-encoding", "chunked").body("5\r\n{\"jso\r\n"),
    ] {
        let begin = Instant::now();
        let answer = server.send(&message).await;
        assert_eq!((answer.status, answer.code()), (408, Some(-32600)), "{answer:?}");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(begin.elapsed() >= body_time);
    }
    // Before the token is known, no body is waited for at all.
    let begin = Instant::now();
    assert_eq!(
        server
            .send(&Message::call("read").token(&server.expired()).with("content-length", "1000"))
            .await
            .status,
        401
    );
    assert!(begin.elapsed() < body_time);
}

#[tokio::test]
async fn a_large_body_is_413_announced_or_not() {
    let body_size = 64 * 1024;
    let server = server(Limits { body_size, ..Limits::default() }).await;
    let good = server.token("alice", READ);
    let filled = |length: usize| {
        let call = Message::call("read").body;
        let mut body = vec![b' '; length - call.len()];
        body.extend(call);
        body
    };
    let call = || Message::call("read").token(&good);
    assert_eq!(server.send(&call().body(filled(body_size))).await.text(), "read ran");
    for length in [body_size + 1, 1024 * 1024] {
        let announced = server.send(&call().body(filled(length))).await;
        assert_eq!((announced.status, announced.code()), (413, Some(-32600)), "{length}");
        let mut chunked = format!("{length:x}\r\n").into_bytes();
        chunked.extend(filled(length));
        chunked.extend(b"\r\n0\r\n\r\n");
        let chunked = server.send(&call().with("transfer-encoding", "chunked").body(chunked)).await;
        assert_eq!((chunked.status, chunked.code()), (413, Some(-32600)), "{length}");
    }
    // Announced and never sent: refused at once.
    let announced = server.send(&call().with("content-length", "99999999999").body("{")).await;
    assert_eq!(announced.status, 413);
    assert_eq!(server.ledger.ran(), ["read"]);
}

/// A refusal reaches a client that is still sending: the connection is not torn down under it.
#[tokio::test]
async fn a_refusal_is_read_by_a_client_that_sends_much() {
    let server = start::<Closed>().await;
    for length in [100_000, 900_000, 3_000_000] {
        let answer = server.send(&Message::call("read").body(vec![b' '; length])).await;
        assert_eq!(answer.status, 401, "{length}");
        let answer =
            server.send(&Message::call("read").token(&server.expired()).body(vec![b' '; length])).await;
        assert_eq!(answer.status, 401, "{length}");
    }
    let good = server.token("alice", READ);
    let answer = server.send(&Message::call("read").token(&good).body(vec![b' '; 3_000_000])).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn bodies_in_flight_are_bounded_and_the_rest_is_told_to_come_again() {
    let limits = Limits { body_size: 8 * 1024, bodies_in_flight: 16 * 1024, ..Limits::default() };
    let server = server(limits).await;
    let good = server.token("alice", READ);
    let part = Message::call("read").token(&good).with("content-length", "8192").body(vec![b' '; 8000]);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut connection = Connection::open(server.address).await;
        connection.write(&part.bytes(&server.host())).await.unwrap();
        open.push(connection);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let call = Message::call("read").token(&good).body(vec![b' '; 2000]);
    let answer = server.send(&call).await;
    assert_eq!((answer.status, answer.code(), answer.header("retry-after")), (503, Some(-32004), Some("1")));
    drop(open);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.send(&call).await.status, 400, "there is room again: only the body is wrong");
}

/// Open point: announcing much and sending nothing must cost nobody anything.
#[tokio::test]
async fn what_is_announced_and_not_sent_takes_no_room() {
    let limits = Limits { body_size: 8 * 1024, bodies_in_flight: 16 * 1024, ..Limits::default() };
    let server = server(limits).await;
    let mut open = Vec::new();
    // A public tool makes the server read bodies of callers without a token.
    for message in [Message::call("status"), Message::call("status").with("transfer-encoding", "chunked")] {
        for _ in 0..20 {
            let chunked = message.headers.iter().any(|(name, _)| name == "transfer-encoding");
            let length =
                if chunked { message.clone() } else { message.clone().with("content-length", "8192") };
            let mut connection = Connection::open(server.address).await;
            connection.write(&length.body("").bytes(&server.host())).await.unwrap();
            open.push(connection);
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let good = server.token("alice", READ);
    assert_eq!(server.send(&Message::call("read").token(&good)).await.text(), "read ran");
}

#[tokio::test]
async fn callers_without_a_token_leave_room_for_those_with_one() {
    let limits = Limits { body_size: 8 * 1024, bodies_in_flight: 32 * 1024, ..Limits::default() };
    let server = server(limits).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        let part = Message::call("status").with("content-length", "8192").body(vec![b' '; 8000]);
        let mut connection = Connection::open(server.address).await;
        connection.write(&part.bytes(&server.host())).await.unwrap();
        open.push(connection);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.send(&Message::call("status")).await.status, 503);
    let good = server.token("alice", READ);
    assert_eq!(server.send(&Message::call("read").token(&good)).await.text(), "read ran");
}

#[tokio::test]
async fn connections_above_the_limit_wait_for_their_turn() {
    let limits = Limits { connections: 2, header_time: Duration::from_millis(500), ..Limits::default() };
    let server = server(limits).await;
    let silent = [Connection::open(server.address).await, Connection::open(server.address).await];
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begin = Instant::now();
    assert_eq!(server.send(&Message::call("status")).await.text(), "status ran");
    assert!(begin.elapsed() > Duration::from_millis(200), "it waited: {:?}", begin.elapsed());
    for mut connection in silent {
        assert_eq!(within(connection.answer()).await, Err(Broken::Closed));
    }
}

#[tokio::test]
async fn a_stream_ends_some_time_after_its_token() {
    let limits = Limits { stream_grace: Duration::from_millis(300), ..Limits::default() };
    let server = server(limits).await;
    let short =
        server.issuer.token("alice").audience(&server.resource).expires_in(Duration::from_secs(2)).issue();
    let id = server.session(Some(short.expose())).await;
    let (head, mut stream) = server.open(&Message::listen().session(&id).token(short.expose())).await;
    assert_eq!(head.status, 200);
    let begin = Instant::now();
    while within(stream.chunk()).await.is_some() {}
    assert!(begin.elapsed() > Duration::from_millis(300) && begin.elapsed() < Duration::from_millis(3500));
}
