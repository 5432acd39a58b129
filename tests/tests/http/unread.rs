//! Requests that are refused before their body has come: the answer arrives, and the connection is good for the next.

use std::time::Duration;

use mcp_auth::Limits;
use tokio::time::{Instant, sleep};

use crate::support::{Broken, Closed, Connection, Message, READ, Running, Setup, start, start_with, within};

/// What is sent for nothing, at most.
const BOUND: usize = 64 * 1024;

fn filled(message: Message, length: usize) -> Message {
    message.body(vec![b' '; length])
}

/// One chunk of this length, and the end.
fn chunked(message: Message, length: usize) -> Message {
    let body = [format!("{length:x}\r\n").as_bytes(), &vec![b' '; length], b"\r\n0\r\n\r\n"].concat();
    message.with("transfer-encoding", "chunked").body(body)
}

/// Sends the head, and the body a while after the refusal.
async fn refused_before_the_body(server: &Running, message: &Message) -> (Connection, u16) {
    let mut connection = Connection::open(server.address).await;
    let bytes = message.bytes(&server.host());
    let (head, body) = bytes.split_at(bytes.len() - message.body.len());
    connection.write(head).await.unwrap();
    let answer = within(connection.answer()).await.unwrap();
    for part in body.chunks(10_000) {
        sleep(Duration::from_millis(20)).await;
        if connection.write(part).await.is_err() {
            break;
        }
    }
    (connection, answer.status)
}

/// Whether the connection answers one more request.
async fn serves_on(server: &Running, connection: &mut Connection) -> bool {
    let good = Message::call("read").token(&server.token("alice", READ));
    if connection.write(&good.bytes(&server.host())).await.is_err() {
        return false;
    }
    match within(connection.answer()).await {
        Ok(answer) => answer.text() == "read ran",
        Err(_) => false,
    }
}

#[tokio::test]
async fn a_body_that_comes_late_does_not_cost_the_connection() {
    let server = start::<Closed>().await;
    let call = || Message::call("read");
    for (what, message, status) in [
        ("no token", filled(call(), 200), 401),
        ("much", filled(call(), BOUND), 401),
        ("in chunks", chunked(call(), BOUND), 401),
        ("a bad token", filled(call().token(&server.expired()), 10_000), 401),
        ("a foreign page", filled(call().with("origin", "https://evil.example"), 10_000), 403),
        ("a foreign host", filled(call().with("host", "evil.example"), 10_000), 403),
        ("two sessions", filled(call().session("a").session("b"), 10_000), 400),
        (
            "another type",
            filled(call().token(&server.token("alice", READ)).instead("content-type", "text/plain"), 10_000),
            415,
        ),
    ] {
        let (mut connection, found) = refused_before_the_body(&server, &message).await;
        assert_eq!(found, status, "{what}");
        assert!(serves_on(&server, &mut connection).await, "{what}");
    }
}

/// Nobody makes the server read for ever.
#[tokio::test]
async fn what_is_large_ends_the_connection() {
    let server = start::<Closed>().await;
    for message in [filled(Message::call("read"), BOUND + 1), chunked(Message::call("read"), BOUND + 20_000)]
    {
        let (mut connection, status) = refused_before_the_body(&server, &message).await;
        assert_eq!(status, 401);
        assert!(!serves_on(&server, &mut connection).await, "{:?}", message.headers);
    }
}

/// Announced and not sent: the refusal comes at once, the end soon, and within the time that a body may take.
#[tokio::test]
async fn what_does_not_come_ends_the_connection() {
    for (body_time, end) in [(Duration::from_millis(200), 200), (Duration::from_secs(30), 1000)] {
        let limits = Limits { body_time, ..Limits::default() };
        let server = start_with::<Closed>(Setup { limits, ..Setup::default() }).await;
        let mut connection = Connection::open(server.address).await;
        let begin = Instant::now();
        let call = Message::call("read").with("content-length", "1000").body("{");
        connection.write(&call.bytes(&server.host())).await.unwrap();
        assert_eq!(within(connection.answer()).await.unwrap().status, 401);
        assert!(begin.elapsed() < Duration::from_millis(end), "{:?}", begin.elapsed());
        assert!(within(connection.is_closed()).await);
        let took = begin.elapsed();
        assert!(took >= Duration::from_millis(end) && took < Duration::from_millis(end + 900), "{took:?}");
    }
}

/// Who asks before sending gets the refusal, and is not told to send first.
#[tokio::test]
async fn who_asks_first_is_not_told_to_send() {
    let server = start::<Closed>().await;
    let call = Message::call("read").with("expect", "100-continue").with("content-length", "1000").body("");
    let mut connection = Connection::open(server.address).await;
    connection.write(&call.bytes(&server.host())).await.unwrap();
    assert_eq!(within(connection.answer()).await.unwrap().status, 401);
    assert_eq!(within(connection.answer()).await, Err(Broken::Closed));
}
