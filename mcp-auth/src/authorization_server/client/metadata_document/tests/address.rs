//! Where no request ever goes, in every form (T20): each of these would reach the host that listens here.

use http::{HeaderMap, Method};

use super::{Host, Reply, document, documents};
use crate::{
    authorization_server::client::metadata_document::NoDocument,
    clock::Clock,
    http::{HttpClient, Outgoing, Reach},
};

fn get(url: String) -> Outgoing {
    Outgoing {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: bytes::Bytes::new(),
        time: std::time::Duration::from_secs(5),
        limit: 5000,
    }
}

/// The guard alone, without what is asked of ids before it.
#[tokio::test]
async fn t20_s68_f6_no_spelling_of_this_machine_is_connected_to() {
    let host = Host::start().await;
    host.set("/app.json", Reply::json(&document(&host.url("/app.json"))));
    let port = host.origin().rsplit_once(':').unwrap().1;
    let client = HttpClient::for_strangers(Reach::default(), Some(host.root())).unwrap();
    for name in [
        "localhost",
        "localhost.",
        "LOCALHOST",
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "%31%32%37.0.0.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::127.0.0.1]",
        "[2002:7f00:1::1]",
        "[2001:0:7f00:1::80ff:fffe]",
        "[2606:4700::5efe:127.0.0.1]",
        "user@127.0.0.1",
        "8.8.8.8@127.0.0.1",
    ] {
        let url = format!("https://{name}:{port}/app.json");
        assert!(client.send(get(url.clone())).await.is_err(), "{url}");
        assert!(client.send(get(url.replace("https", "http"))).await.is_err(), "{url} by http");
    }
    assert_eq!(host.connections(), 0);
    // The control: the same request, where this machine is within reach.
    let reach = Reach { loopback: true, ..Reach::default() };
    let allowed = HttpClient::for_strangers(reach, Some(host.root())).unwrap();
    assert_eq!(allowed.send(get(host.url("/app.json"))).await.unwrap().status, 200);
    assert_eq!(host.connections(), 1);
}

/// What lets one origin through lets nothing else through: no other port, name or host of this machine.
#[tokio::test]
async fn t20_the_origin_for_tests_opens_nothing_else() {
    let (host, other) = (Host::start().await, Host::start().await);
    let documents = documents(&host, &Clock::fixed(1_800_000_000));
    let port = host.origin().rsplit_once(':').unwrap().1;
    for id in [
        other.url("/app.json"),
        format!("https://127.0.0.1:{port}/app.json"),
        format!("https://[::1]:{port}/app.json"),
        format!("https://localhost.:{port}/app.json"),
        format!("https://app.localhost:{port}/app.json"),
        format!("https://localhost:{port}@{}/app.json", other.origin().trim_start_matches("https://")),
        "https://localhost/app.json".to_owned(),
    ] {
        host.set("/app.json", Reply::json(&document(&id)));
        other.set("/app.json", Reply::json(&document(&id)));
        let found = documents.find(&id).await;
        assert!(matches!(found, Err(NoDocument::Invalid(_))), "{id}: {found:?}");
    }
    assert_eq!((host.connections(), other.connections()), (0, 0));
}

/// The authority for tests vouches for this origin, and for no host of the internet.
#[tokio::test]
async fn t20_a_host_without_a_certificate_that_counts_is_not_believed() {
    let (host, other) = (Host::start().await, Host::start().await);
    let id = host.url("/app.json");
    host.set("/app.json", Reply::json(&document(&id)));
    let reach = Reach { loopback: true, ..Reach::default() };
    for root in [None, Some(other.root())] {
        let client = HttpClient::for_strangers(reach, root).unwrap();
        assert!(client.send(get(id.clone())).await.is_err());
    }
    assert_eq!(host.requests().len(), 0, "nothing was sent to it");
}

/// A proxy would resolve names itself, past the guard. The environment belongs to the process, so another one fetches.
#[test]
fn t20_f6_a_proxy_of_the_environment_is_not_used() {
    let test = "authorization_server::client::metadata_document::tests::fetching::s67_s70_a_document_is_fetched_once_and_kept";
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(variable, "http://127.0.0.1:9");
    }
    for variable in ["NO_PROXY", "no_proxy"] {
        child.env_remove(variable);
    }
    let output = child.args(["--exact", test]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
