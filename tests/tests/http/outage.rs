//! The issuer is down, seen from outside: 503 with Retry-After, never 401, and the server recovers by itself.

use std::time::Duration;

use mcp_auth::{Auth, DevelopmentIssuer, Issuer};
use tokio::time::{Instant, sleep};

use crate::support::{Closed, Kind, Ledger, Message, Plain, Running, Setup, exchange, free_port, start_with};

#[tokio::test]
async fn while_the_issuer_is_down_good_tokens_are_503_and_work_when_it_comes_up() {
    let issuer_port = free_port();
    let issuer_url = format!("http://127.0.0.1:{issuer_port}");
    let issuer = DevelopmentIssuer::new(&issuer_url).unwrap();
    let trusted = Issuer::new(&issuer_url);
    let server = start_with::<Plain>(Setup {
        build: Some(Box::new(|builder| builder.issuer(trusted))),
        ..Setup::default()
    })
    .await;
    let token = |scopes: &str| issuer.token("alice").audience(&server.resource).scopes(scopes).issue();
    let good = token("files:read");

    for message in [Message::call("read"), Message::call("status"), Message::initialize(), Message::listen()]
    {
        let answer = server.send(&message.token(good.expose())).await;
        assert_eq!((answer.status, answer.code()), (503, Some(-32004)), "{answer:?}");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert_eq!(answer.header("www-authenticate"), None, "the token may be good");
    }
    // What needs no issuer goes on.
    assert_eq!(server.send(&Message::call("status")).await.text(), "status ran");
    assert_eq!(server.send(&Message::initialize()).await.status, 401);
    let metadata = crate::support::request("GET", "/.well-known/oauth-protected-resource/mcp");
    assert_eq!(server.send(&metadata).await.json()["authorization_servers"][1], issuer_url);

    let issuing = issuer_at(issuer_port, issuer.clone()).await;
    let begin = Instant::now();
    let answer = loop {
        let answer = server.send(&Message::call("read").token(good.expose())).await;
        if answer.status != 503 || begin.elapsed() > Duration::from_secs(20) {
            break answer;
        }
        sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(answer.text(), "read ran", "after {:?}", begin.elapsed());

    // Keys that are known stay known while the issuer is away again.
    issuing.abort();
    assert_eq!(
        server.send(&Message::call("read").token(token("files:read files:write").expose())).await.status,
        200
    );
    assert_eq!(server.send(&Message::call("read").token(token("").expose())).await.status, 403);
}

/// The metadata and keys of `issuer`, served by a server of ours.
async fn issuer_at(port: u16, issuer: DevelopmentIssuer) -> tokio::task::JoinHandle<()> {
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let auth = Auth::builder().development_issuer(issuer).resource(resource).build().unwrap();
    let bound = auth.bind(Closed::around(Ledger::default())).await.unwrap();
    tokio::spawn(bound.run_until(std::future::pending()))
}

/// The server of the development issuer answers for itself.
#[tokio::test]
async fn the_development_issuer_serves_its_metadata_and_keys() {
    let server: Running = start_with::<Plain>(Setup::default()).await;
    for (path, member) in
        [("/.well-known/oauth-authorization-server", "issuer"), ("/.well-known/jwks.json", "keys")]
    {
        let get = crate::support::request("GET", path).bytes(&server.host());
        let answer = exchange(server.address, &get).await.unwrap();
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
        assert!(!answer.json()[member].is_null());
    }
}
