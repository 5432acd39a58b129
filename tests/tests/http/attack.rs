//! What no single requirement names: connections that are held for nothing, work that nobody waits for any more,
//! callers who share a connection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use mcp_auth::Limits;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

use crate::support::{
    Anonymous, Connection, Kind, Ledger, Message, Plain, READ, Running, Setup, start, start_with, within,
};

const SHORT: Duration = Duration::from_millis(300);

async fn impatient(connections: usize) -> Running {
    let limits =
        Limits { header_time: SHORT, idle_time: SHORT, write_time: SHORT, connections, ..Limits::default() };
    start_with::<Plain>(Setup { limits, ..Setup::default() }).await
}

type Client = http2::SendRequest<Full<Bytes>>;
type Ended = tokio::task::JoinHandle<Result<(), hyper::Error>>;

async fn http2(server: &Running, builder: &http2::Builder<TokioExecutor>) -> (Client, Ended) {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    (client, tokio::spawn(connection))
}

fn over_http2(server: &Running, message: &Message) -> Request<Full<Bytes>> {
    let mut request = Request::post(format!("http://{}/mcp", server.host()));
    for (name, value) in &message.headers {
        request = request.header(name, value.as_slice());
    }
    request.body(Full::new(Bytes::from(message.body.clone()))).unwrap()
}

async fn text(client: &mut Client, request: Request<Full<Bytes>>) -> String {
    let answer = client.send_request(request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

/// Who says the preface and then answers pings has not to be waited for.
#[tokio::test]
async fn an_http2_connection_without_requests_is_closed() {
    let server = impatient(1).await;
    let builder = http2::Builder::new(TokioExecutor::new());
    let (mut client, connection) = http2(&server, &builder).await;
    let call = over_http2(&server, &Message::call("status"));
    assert!(within(text(&mut client, call)).await.contains("status ran"));
    assert!(timeout(SHORT * 6, connection).await.is_ok(), "it is kept");
    assert_eq!(server.send(&Message::call("status")).await.text(), "status ran");
}

#[tokio::test]
async fn an_http2_connection_that_waits_for_its_tool_is_kept() {
    let server = impatient(10).await;
    let (mut client, connection) = http2(&server, &http2::Builder::new(TokioExecutor::new())).await;
    let slow = over_http2(&server, &Message::call("slow").token(&server.token("alice", READ)));
    let answer = tokio::spawn(async move { text(&mut client, slow).await });
    server.ledger.begun().await;
    sleep(SHORT * 4).await;
    server.ledger.let_one_end();
    assert!(within(answer).await.unwrap().contains("slow ran"));
    assert!(timeout(SHORT * 6, connection).await.is_ok());
}

/// A window of no bytes: the answer can never be sent.
#[tokio::test]
async fn an_http2_connection_that_takes_no_answer_is_closed() {
    let server = impatient(1).await;
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(0).initial_connection_window_size(65_535);
    let (mut client, connection) = http2(&server, &builder).await;
    let answer = within(client.send_request(over_http2(&server, &Message::call("read")))).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(timeout(SHORT * 6, connection).await.is_ok(), "it is kept");
    drop(answer);
}

/// The same on HTTP/1: requests and requests, and no answer is read.
#[tokio::test]
async fn a_connection_that_reads_no_answers_is_closed() {
    let server = impatient(1).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut deaf = socket.connect(server.address).await.unwrap();
    let many = Message::call("read").bytes(&server.host()).repeat(100);
    let refused = async { while deaf.write_all(&many).await.is_ok() {} };
    assert!(timeout(Duration::from_secs(20), refused).await.is_ok(), "it is kept");
    assert_eq!(server.send(&Message::call("status")).await.text(), "status ran");
}

static RUNNING: AtomicUsize = AtomicUsize::new(0);

struct Work;

impl Work {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Patient;

#[mcp_auth::server(name = "patient")]
impl Patient {
    /// Never ends.
    #[tool(public)]
    async fn wait(&self) {
        let _work = Work::begin();
        std::future::pending::<()>().await;
    }
}

impl Kind for Patient {
    const REQUIRES: &str = "";

    fn around(_: Ledger) -> Self {
        Self
    }
}

/// Otherwise the limit on connections limits nothing: ask, go away, ask again.
#[tokio::test]
async fn work_ends_when_the_one_who_asked_for_it_goes_away() {
    let running = |count: usize| async move {
        while RUNNING.load(Ordering::SeqCst) != count {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let server = start::<Patient>().await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut connection = Connection::open(server.address).await;
        connection.write(&Message::call("wait").bytes(&server.host())).await.unwrap();
        open.push(connection);
    }
    within(running(5)).await;
    drop(open);
    within(running(0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_t3_two_hundred_calls_on_one_http2_connection_each_see_their_own_caller() {
    let server = Arc::new(start::<Plain>().await);
    let (client, _connection) = http2(&server, &http2::Builder::new(TokioExecutor::new())).await;
    let callers = ["alice", "bob"].map(|subject| (subject, server.token(subject, READ)));
    let calls = (0..200).map(|number: usize| {
        let (server, mut client, (subject, token)) =
            (Arc::clone(&server), client.clone(), callers[number % 2].clone());
        tokio::spawn(async move {
            let call = over_http2(&server, &Message::call("whoami").token(&token));
            let answer: serde_json::Value = serde_json::from_str(&text(&mut client, call).await).unwrap();
            assert_eq!(answer["result"]["content"][0]["text"], subject);
        })
    });
    for call in calls.collect::<Vec<_>>() {
        within(call).await.unwrap();
    }
}

/// What `initialize` says is kept as long as the session is, and strangers open sessions here.
#[tokio::test]
async fn what_a_session_keeps_is_small() {
    let server = start::<Anonymous>().await;
    let name = "x".repeat(200_000);
    let large =
        String::from_utf8(Message::initialize().body).unwrap().replace("\"test\"", &format!("{name:?}"));
    let answer = server.send(&Message::initialize().body(large)).await;
    assert_eq!((answer.status, answer.code()), (400, Some(-32600)), "{:?}", answer.headers);
    server.session(None).await;
}
