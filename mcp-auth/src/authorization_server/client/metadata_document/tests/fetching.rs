//! What is fetched, how often, and what is made of each answer.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{Host, Reply, document, documents, with};
use crate::{
    authorization_server::client::metadata_document::{Documents, NoDocument},
    clock::Clock,
};

const MINUTE: Duration = Duration::from_secs(60);

struct Bed {
    host: Host,
    documents: Arc<Documents>,
    clock: Clock,
    id: String,
}

impl Bed {
    /// A host with a good document.
    async fn new() -> Self {
        let host = Host::start().await;
        let clock = Clock::fixed(1_800_000_000);
        let (documents, id) = (documents(&host, &clock), host.url("/app.json"));
        let bed = Self { host, documents, clock, id };
        bed.good();
        bed
    }

    fn good(&self) {
        self.answer(Reply::json(&document(&self.id)));
    }

    fn answer(&self, reply: Reply) {
        self.host.set("/app.json", reply);
    }

    /// The name of the client, or how it is refused.
    async fn find(&self) -> Result<String, &'static str> {
        match self.documents.find(&self.id).await {
            Ok(metadata) => Ok(metadata.client_name.clone().unwrap()),
            Err(NoDocument::Invalid(_)) => Err("invalid"),
            Err(NoDocument::Unreachable(_)) => Err("unreachable"),
        }
    }

    fn count(&self) -> usize {
        self.host.requests().len()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what was found")]
fn good() -> Result<String, &'static str> {
    Ok("An app".to_owned())
}

#[tokio::test]
async fn s67_s70_a_document_is_fetched_once_and_kept() {
    let bed = Bed::new().await;
    for _ in 0..5 {
        assert_eq!(bed.find().await, good());
    }
    let requests = bed.host.requests();
    assert_eq!(requests.len(), 1);
    let request = requests[0].to_ascii_lowercase();
    assert!(request.starts_with("get /app.json http/1.1\r\n"), "{request}");
    assert!(
        request.contains("\r\naccept: application/json\r\n") && request.contains("\r\nuser-agent: mcp-auth/")
    );
    for strange in ["cookie", "authorization", "referer", "origin", "accept-encoding"] {
        assert!(!request.contains(&format!("\r\n{strange}:")), "{request}");
    }
    bed.clock.advance((10 * MINUTE).checked_sub(Duration::from_millis(1)).unwrap());
    assert_eq!((bed.find().await, bed.count()), (good(), 1));
    bed.clock.advance(Duration::from_millis(1));
    assert_eq!((bed.find().await, bed.count()), (good(), 2));
}

#[tokio::test]
async fn s70_what_the_host_says_about_keeping_counts_within_bounds() {
    for (header, fresh, stale) in [
        ("Cache-Control: no-store", 59, 60),
        ("Cache-Control: max-age=0", 59, 60),
        ("Cache-Control: max-age=120", 119, 120),
        ("Cache-Control: max-age=31536000", 3599, 3600),
    ] {
        let bed = Bed::new().await;
        let body = document(&bed.id).to_string();
        bed.answer(Reply::new(200, &["Content-Type: application/json", header], &body));
        assert_eq!(bed.find().await, good());
        bed.clock.advance(Duration::from_secs(fresh));
        assert_eq!((bed.find().await, bed.count()), (good(), 1), "{header}");
        bed.clock.advance(Duration::from_secs(stale - fresh));
        assert_eq!((bed.find().await, bed.count()), (good(), 2), "{header}");
    }
}

/// Many people sign in with one app, and many tabs open at once.
#[tokio::test]
async fn f18_t20_who_asks_for_one_document_at_once_waits_for_one_fetch() {
    let bed = Bed::new().await;
    bed.answer(Reply::json(&document(&bed.id)).after(Duration::from_millis(300)));
    let all = futures_util::future::join_all((0..50).map(|_| bed.find())).await;
    assert!(all.iter().all(|found| *found == good()), "{all:?}");
    assert_eq!(bed.count(), 1);
    // Who goes away does not take it from the others.
    bed.clock.advance(60 * MINUTE);
    let gone = tokio::time::timeout(Duration::from_millis(50), bed.find()).await;
    assert!(gone.is_err());
    assert_eq!((bed.find().await, bed.count()), (good(), 2));
}

/// Each path is another client: a flood of ids makes no flood of requests.
#[tokio::test]
async fn t20_f18_a_flood_of_ids_is_bounded() {
    let bed = Bed::new().await;
    assert_eq!(bed.find().await, good());
    let floods = (0..200).map(|n| {
        let id = bed.host.url(&format!("/{n}.json"));
        let documents = Arc::clone(&bed.documents);
        async move { documents.find(&id).await }
    });
    let floods = futures_util::future::join_all(floods).await;
    assert!(bed.count() <= 31, "{}", bed.count());
    let refused = floods.iter().filter(|found| matches!(found, Err(NoDocument::Unreachable(_)))).count();
    assert!(refused >= 170, "told as what passes: {refused}");
    assert_eq!(bed.find().await, good(), "who is known is known");
    bed.clock.advance(MINUTE);
    let id = bed.host.url("/other.json");
    bed.host.set("/other.json", Reply::json(&document(&id)));
    assert!(bed.documents.find(&id).await.is_ok(), "it passes");
}

#[tokio::test]
async fn s67_t20_redirects_are_not_followed() {
    let bed = Bed::new().await;
    let other = Host::start().await;
    bed.host.set("/there.json", Reply::json(&document(&bed.id)));
    for status in [301, 302, 303, 307, 308] {
        for place in ["/there.json".to_owned(), other.url("/app.json"), "http://169.254.169.254/".to_owned()]
        {
            bed.answer(Reply::new(status, &[&format!("Location: {place}")], &document(&bed.id).to_string()));
            assert_eq!(bed.find().await, Err("invalid"), "{status} {place}");
            bed.clock.advance(MINUTE);
        }
    }
    assert!(bed.host.requests().iter().all(|request| request.starts_with("GET /app.json ")));
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn s67_nothing_but_200_and_json_is_a_document() {
    let bed = Bed::new().await;
    let body = document(&bed.id).to_string();
    let json = "Content-Type: application/json";
    for (status, headers, refused) in [
        (201, &[json][..], "invalid"),
        (203, &[json], "invalid"),
        (204, &[json], "invalid"),
        (206, &[json], "invalid"),
        (304, &[json], "invalid"),
        (400, &[json], "invalid"),
        (404, &[json], "invalid"),
        (410, &[json], "invalid"),
        (403, &[json], "unreachable"),
        (429, &[json], "unreachable"),
        (500, &[json], "unreachable"),
        (503, &[json], "unreachable"),
        (200, &[], "invalid"),
        (200, &["Content-Type: text/html"], "invalid"),
        (200, &["Content-Type: text/plain; x=application/json"], "invalid"),
        (200, &["Content-Type: application/jsonp"], "invalid"),
        (200, &["Content-Type: application/+json"], "invalid"),
        (200, &[json, "Content-Type: text/html"], "invalid"),
    ] {
        bed.answer(Reply::new(status, headers, &body));
        assert_eq!(bed.find().await, Err(refused), "{status} {headers:?}");
        bed.clock.advance(MINUTE);
    }
    for kind in ["application/json", "Application/JSON; charset=utf-8", "application/oauth-client+json"] {
        bed.answer(Reply::new(200, &[&format!("Content-Type: {kind}")], &body));
        assert_eq!(bed.find().await, good(), "{kind}");
        bed.clock.advance(60 * MINUTE);
    }
}

#[tokio::test]
async fn s69_a_document_of_more_than_5_kib_is_refused() {
    let bed = Bed::new().await;
    let sized = |bytes: usize| {
        let bare = with(document(&bed.id), json!({ "padding": "" })).to_string().len();
        with(document(&bed.id), json!({ "padding": "x".repeat(bytes - bare) })).to_string()
    };
    for (bytes, expected) in [(5 * 1024, good()), (5 * 1024 + 1, Err("invalid")), (900_000, Err("invalid"))] {
        let body = sized(bytes);
        assert_eq!(body.len(), bytes);
        bed.answer(Reply::new(200, &["Content-Type: application/json"], &body));
        assert_eq!(bed.find().await, expected, "{bytes}");
        bed.clock.advance(60 * MINUTE);
        // The same without a length, in pieces.
        let mut pieces =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                .to_vec();
        for piece in body.as_bytes().chunks(700) {
            pieces.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            pieces.extend_from_slice(piece);
            pieces.extend_from_slice(b"\r\n");
        }
        pieces.extend_from_slice(b"0\r\n\r\n");
        bed.answer(Reply::raw(pieces));
        assert_eq!(bed.find().await, expected, "{bytes} in pieces");
        bed.clock.advance(60 * MINUTE);
    }
}

#[tokio::test]
async fn s69_a_host_that_takes_its_time_gets_five_seconds() {
    let bed = Bed::new().await;
    bed.answer(Reply::json(&document(&bed.id)).trickling(Duration::from_millis(100)));
    let waited = tokio::time::timeout(Duration::from_secs(8), bed.find()).await;
    assert_eq!(waited, Ok(Err("unreachable")));
}

#[tokio::test]
async fn s67_an_answer_that_is_none_is_an_outage() {
    let bed = Bed::new().await;
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        "\x15\x03\x01 not HTTP",
    ] {
        bed.answer(Reply::raw(bytes));
        assert_eq!(bed.find().await, Err("unreachable"), "{bytes}");
    }
}

#[tokio::test]
async fn s70_errors_and_invalid_documents_are_never_kept() {
    for reply in [
        Reply::new(404, &["Cache-Control: max-age=3600"], ""),
        Reply::new(503, &["Cache-Control: max-age=3600"], ""),
        Reply::new(200, &["Content-Type: application/json", "Cache-Control: max-age=3600"], "{}"),
        Reply::raw(""),
    ] {
        let bed = Bed::new().await;
        bed.answer(reply);
        assert!(bed.find().await.is_err() && bed.find().await.is_err());
        assert_eq!(bed.count(), 2, "each time it is asked");
        bed.good();
        assert_eq!(bed.find().await, good(), "at once");
    }
}

#[tokio::test]
async fn c42_the_last_good_copy_serves_while_the_host_is_down_and_no_longer_than_a_day() {
    let bed = Bed::new().await;
    assert_eq!(bed.find().await, good());
    bed.clock.advance(10 * MINUTE);
    for reply in [Reply::raw(""), Reply::new(502, &[], ""), Reply::new(403, &[], "blocked")] {
        bed.answer(reply);
        let before = bed.count();
        for _ in 0..5 {
            assert_eq!(bed.find().await, good());
        }
        assert_eq!(bed.count(), before + 1, "nobody waits for a host that is down");
        bed.clock.advance(MINUTE / 2);
    }
    let until_then = 11 * MINUTE + MINUTE / 2 + Duration::from_millis(1);
    bed.clock.advance((24 * 60 * MINUTE).checked_sub(until_then).unwrap());
    assert_eq!(bed.find().await, good());
    bed.clock.advance(Duration::from_millis(1));
    assert_eq!(bed.find().await, Err("unreachable"), "a day after it was fetched");
    // It comes back as it is then.
    bed.answer(Reply::json(&with(document(&bed.id), json!({ "client_name": "Another" }))));
    assert_eq!(bed.find().await.as_deref(), Ok("Another"));
}

/// Its developer took it away, or broke it: that is no outage.
#[tokio::test]
async fn c42_a_document_that_is_withdrawn_is_not_served_from_a_copy() {
    for reply in [Reply::new(404, &[], ""), Reply::new(410, &[], ""), Reply::new(200, &[], "<html>")] {
        let bed = Bed::new().await;
        assert_eq!(bed.find().await, good());
        bed.clock.advance(10 * MINUTE);
        bed.answer(reply);
        assert_eq!(bed.find().await, Err("invalid"));
        bed.answer(Reply::raw(""));
        assert_eq!(bed.find().await, Err("unreachable"), "the copy has ended");
    }
}
