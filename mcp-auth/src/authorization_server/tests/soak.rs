//! Months of use in a minute: clients come and go, people sign in, refresh and leave. What has ended goes, and neither the file
//! nor the memory grows with the months (S63, C53).

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use http::{StatusCode, header};
use serde_json::json;
use tokio::task::JoinSet;

use super::{Bed, CALLBACK, Folder, request, settings};
use crate::{Lifetimes, RegistrationLimits, clock::Clock, store::SqliteStore};

const DAY: Duration = Duration::from_secs(24 * 3600);
const VERSION: &str = "2026-07-28";
const MONTHS: usize = 8;
/// From here on as much goes as comes: grants and clients live for a month, and what has ended is known for a day more.
const STEADY: usize = 3;

/// How many clients register; a tenth as many people. `SOAK_CLIENTS`, 400 unless set; CI takes 10,000.
fn clients() -> usize {
    std::env::var("SOAK_CLIENTS").ok().and_then(|clients| clients.parse().ok()).unwrap_or(400)
}

fn bed(folder: &Folder) -> Arc<Bed> {
    let lifetimes = Lifetimes { grant: 30 * DAY, refresh_token: 10 * DAY, ..Lifetimes::default() };
    let limits =
        RegistrationLimits { clients: 20_000, per_minute: 1_000_000, used: 30 * DAY, ..Default::default() };
    let settings = settings(SqliteStore::open(folder.file("auth.db")).unwrap());
    Arc::new(Bed::of(settings.lifetimes(lifetimes).registration(limits)))
}

/// So many at once, as the writer takes them in groups.
async fn many<F: Future<Output = ()> + Send + 'static>(count: usize, one: impl Fn(usize) -> F) {
    let mut all = JoinSet::new();
    for number in 0..count {
        all.spawn(one(number));
        if all.len() == 64 {
            all.join_next().await.unwrap().unwrap();
        }
    }
    all.join_all().await;
}

/// A client that registers, and in one of ten cases a person who signs in with it; half of them end it before they have to.
async fn life(bed: Arc<Bed>, name: String, number: usize) {
    let metadata = json!({ "redirect_uris": [CALLBACK], "client_name": name });
    let client = bed.register(metadata).await;
    assert_eq!(client.status, StatusCode::CREATED, "{client:?}");
    let client = client.text("client_id");
    if !number.is_multiple_of(10) {
        return;
    }
    let tokens = bed.redeem(&bed.code(&client).await).await;
    let mut token = tokens.text("refresh_token");
    for _ in 0..3 {
        let newer = bed.refresh(&client, &token).await;
        assert_eq!(newer.status, StatusCode::OK);
        token = newer.text("refresh_token");
    }
    assert_eq!(list(&bed, &tokens.text("access_token")).await, StatusCode::OK);
    // A code that nobody comes for, and a grant that is ended.
    bed.code(&client).await;
    if number.is_multiple_of(20) {
        let form = [("client_id", client.as_str()), ("token", token.as_str())];
        assert_eq!(bed.form("/revoke", &form).await.status, StatusCode::OK);
    }
}

/// A call without a session: those of the older versions stay for minutes of real time.
async fn list(bed: &Bed, access_token: &str) -> StatusCode {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    }}});
    let request = request("POST", "/mcp")
        .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header("mcp-protocol-version", VERSION)
        .header("mcp-method", "tools/list");
    bed.send(request.body(Body::from(message.to_string())).unwrap()).await.status
}

/// What the clean-up does, until there is nothing left to do.
async fn clean_up(bed: &Bed) -> usize {
    let mut removed = 0;
    loop {
        match bed.core.store.expire(bed.core.now(), 500).await.unwrap() {
            0 => return removed,
            some => removed += some,
        }
    }
}

/// Rows of all tables together, keys left out; bytes of the file, and of this process.
#[derive(Debug, Clone, Copy)]
struct Size {
    rows: u64,
    file: u64,
    memory: u64,
}

fn size(folder: &Folder) -> Size {
    let connection = rusqlite::Connection::open(folder.file("auth.db")).unwrap();
    // The log is written back, so that the file is all there is.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let tables = "assertions clients codes consents grants refresh_tokens sessions sign_ins upstream_tokens";
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, u64>(0)).unwrap()
    };
    let rows = tables.split(' ').map(count).sum();
    let file = std::fs::metadata(folder.file("auth.db")).unwrap().len();
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let memory = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096;
    Size { rows, file, memory }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s63_c53_months_of_use_leave_nothing_behind() {
    let folder = Folder::new();
    let bed = bed(&folder);
    let clock = Clock::system();
    let a_month = clients() / MONTHS;
    let mut sizes = Vec::new();
    for month in 0..MONTHS {
        many(a_month, |number| life(Arc::clone(&bed), format!("{month}-{number}"), number)).await;
        bed.clock.advance(30 * DAY);
        let removed = clean_up(&bed).await;
        sizes.push(size(&folder));
        println!("month {month}: {removed} rows removed, {:?} left", sizes[month]);
    }
    let (steady, last) = (sizes[STEADY], sizes[MONTHS - 1]);
    assert!(last.rows <= steady.rows * 11 / 10, "{sizes:?}");
    assert!(last.file <= steady.file * 12 / 10, "{sizes:?}");
    assert!(last.memory <= steady.memory + 8 * 1024 * 1024, "{sizes:?}");
    // When nobody comes any more, nothing stays.
    bed.clock.advance(365 * DAY);
    clean_up(&bed).await;
    assert_eq!(size(&folder).rows, 0);
    println!("{} clients in {:?}", a_month * MONTHS, clock.monotonic());
}
