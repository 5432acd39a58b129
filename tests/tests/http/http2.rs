//! HTTP/2 without TLS, as a proxy speaks it to its back end.

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::support::{Message, Plain, READ, Running, start, within};

/// Status and body of one request on a connection of its own.
pub(crate) async fn send(
    server: &Running,
    authority: &str,
    host: Option<&str>,
    token: &str,
) -> (StatusCode, String) {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let message = Message::call("read").token(token);
    let mut request = Request::post(format!("http://{authority}/mcp"));
    for (name, value) in &message.headers {
        request = request.header(name, value.as_slice());
    }
    if let Some(host) = host {
        request = request.header("host", host);
    }
    let request = request.body(Full::new(Bytes::from(message.body))).unwrap();
    let answer = within(client.send_request(request)).await.unwrap();
    let status = answer.status();
    let body = within(answer.into_body().collect()).await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn requests_over_http2_are_served_and_guarded() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let (status, body) = send(&server, &server.host(), None, &good).await;
    assert!(status == StatusCode::OK && body.contains("read ran"), "{status} {body}");
    assert_eq!(send(&server, &server.host(), None, &server.expired()).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&server, &server.host(), None, &server.token("a", "")).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn t4_over_http2_both_names_of_the_host_must_be_the_same_and_allowed() {
    let server = start::<Plain>().await;
    let good = server.token("alice", READ);
    let own = server.host();
    for (authority, host, status) in [
        (own.as_str(), Some(own.as_str()), StatusCode::OK),
        (own.as_str(), Some("evil.example"), StatusCode::BAD_REQUEST),
        ("evil.example", Some(own.as_str()), StatusCode::BAD_REQUEST),
        ("evil.example", None, StatusCode::FORBIDDEN),
        ("evil.example", Some("evil.example"), StatusCode::FORBIDDEN),
        ("localhost", Some(own.as_str()), StatusCode::BAD_REQUEST),
    ] {
        let (got, body) = send(&server, authority, host, &good).await;
        assert_eq!(got, status, "{authority} {host:?}: {body}");
    }
    assert_eq!(server.ledger.ran(), ["read"]);
}
