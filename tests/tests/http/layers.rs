//! The layers of tower-http around an MCP endpoint, as `docs/mounting.md` describes them.

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use http::StatusCode;
use mcp_auth::{Auth, DevelopmentIssuer};
use serde_json::json;
use tokio::{task::JoinHandle, time::sleep};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer, trace::TraceLayer,
};

use crate::support::{Answer, Connection, Message, exchange, free_port, within};

mod long {
    use std::time::Duration;

    #[derive(Clone)]
    pub(super) struct Long;

    #[mcp_auth::server(anonymous)]
    impl Long {
        /// A long text.
        #[tool(public)]
        async fn text(&self) -> String {
            "nothing new ".repeat(1000)
        }

        /// Takes its time.
        #[tool(public)]
        async fn slow(&self) -> &'static str {
            tokio::time::sleep(Duration::from_secs(3)).await;
            "late"
        }
    }
}

struct Running {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Running {
    async fn start(layers: impl FnOnce(Router) -> Router) -> Self {
        let origin = format!("http://127.0.0.1:{}", free_port());
        let issuer = DevelopmentIssuer::new(&origin).unwrap();
        let auth =
            Auth::builder().development_issuer(issuer).resource(format!("{origin}/mcp")).build().unwrap();
        let app = layers(auth.router(long::Long).unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self { address, task }
    }

    async fn send(&self, message: &Message) -> Answer {
        exchange(self.address, &message.bytes(&self.address.to_string())).await.expect("an answer")
    }
}

#[tokio::test]
async fn compression_leaves_streams_alone_and_makes_long_answers_short() {
    let running = Running::start(|app| app.layer(CompressionLayer::new())).await;
    let zipped = |message: Message| message.with("accept-encoding", "gzip");
    let answer = running.send(&zipped(Message::call("text"))).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"), "{:?}", answer.headers);
    let plain = running.send(&Message::call("text")).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.text().starts_with("nothing new"));
    let session = running.send(&Message::initialize()).await.session();
    let mut connection = Connection::open(running.address).await;
    let listen = zipped(Message::listen()).session(&session);
    connection.write(&listen.bytes(&running.address.to_string())).await.unwrap();
    let head = within(connection.head()).await.unwrap();
    assert_eq!((head.status, head.header("content-encoding")), (200, None), "{head:?}");
}

#[tokio::test]
async fn a_time_out_ends_a_slow_call_and_no_stream() {
    let time = Duration::from_millis(500);
    let layer = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time);
    let running = Running::start(|app| app.layer(layer)).await;
    assert_eq!(running.send(&Message::call("slow")).await.status, 504);
    let session = running.send(&Message::initialize()).await.session();
    let mut connection = Connection::open(running.address).await;
    connection.write(&Message::listen().session(&session).bytes(&running.address.to_string())).await.unwrap();
    assert_eq!(within(connection.head()).await.unwrap().status, 200);
    sleep(2 * time).await;
    let still = tokio::time::timeout(time, async { while connection.chunk().await.is_some() {} }).await;
    assert!(still.is_err(), "the stream lives on");
}

#[tokio::test]
async fn tracing_and_panics_outside_change_nothing() {
    let running =
        Running::start(|app| app.layer(CatchPanicLayer::new()).layer(TraceLayer::new_for_http())).await;
    assert_eq!(running.send(&Message::new("tools/list", json!({}))).await.status, 200);
    let answer = running.send(&Message::call("text").at("/mcp/")).await;
    assert_eq!(answer.status, 200);
}
