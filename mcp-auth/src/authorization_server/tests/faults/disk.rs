//! Disks that are full or locked, under a real process, as clients meet it.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use http::{Method, StatusCode, header};
use rusqlite::Connection;

use super::super::{
    Answer, Folder,
    process::{Plan, Process},
};

/// 503, and when to come again.
fn assert_unavailable(answer: &Answer) {
    answer.assert_error(503, "temporarily_unavailable");
    let seconds: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
    assert!((5..=10).contains(&seconds), "{seconds}");
}

/// What needs no store goes on.
async fn assert_reading_goes_on(server: &Process, access_token: &str) {
    assert_eq!(server.http.call(access_token).await.unwrap(), StatusCode::OK);
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/jwks.json"] {
        let answer = server.http.send(Method::GET, path, &[], String::new()).await.unwrap();
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}

/// Changes the limits of the running server.
fn limit(server: &Process, argument: &str) {
    let id = server.id().to_string();
    let changed = Command::new("prlimit").args([argument, "--pid", &id]).status().unwrap();
    assert!(changed.success());
}

/// The system refuses every byte above a limit, as it does on a full disk, in the middle of whatever is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c22_a_disk_that_is_full_is_503_and_recovers_without_a_restart() {
    let folder = Folder::new();
    let plan = Plan::behind_a_name(folder.file("auth.db"));
    // One start for the schema, whose log is written back.
    drop(Process::start(&plan));
    let full = Plan { shell: Some("trap '' XFSZ; ulimit -S -f 1500".to_owned()), ..plan.clone() };
    let server = Process::start(&full);
    let client = server.http.register("before").await.unwrap().text("client_id");
    let tokens = server.http.redeem(&server.http.code(&client).await.unwrap()).await.unwrap();
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let given = server.http.code(&client).await.unwrap();
    let mut kept = Vec::new();
    let refused = loop {
        let answer = server.http.register(&format!("number {}", kept.len())).await.unwrap();
        if answer.status != StatusCode::CREATED {
            break answer;
        }
        kept.push(answer.text("client_id"));
        assert!(kept.len() < 5000, "the disk was never full");
    };
    assert_unavailable(&refused);
    // A smaller write might still fit; now none does.
    limit(&server, "--fsize=0:unlimited");
    assert_unavailable(&server.http.redeem(&given).await.unwrap());
    assert_unavailable(&server.http.refresh(&client, &refresh).await.unwrap());
    assert_unavailable(&server.http.revoke(&client, &refresh).await.unwrap());
    assert_reading_goes_on(&server, &access).await;

    limit(&server, "--fsize=unlimited");
    assert_eq!(
        server.http.redeem(&given).await.unwrap().status,
        StatusCode::OK,
        "the code is as good as before"
    );
    let newer = server.http.refresh(&client, &refresh).await.unwrap();
    assert_eq!(newer.status, StatusCode::OK);
    server.kill();
    let server = Process::start(&plan);
    for client in &kept {
        let given = server.http.code(client).await.unwrap();
        assert_eq!(server.http.redeem(&given).await.unwrap().status, StatusCode::OK, "{client} was answered");
        if client == &kept[3] {
            break;
        }
    }
    server.kill();
    let contents = super::super::kill::contents_of(&plan.file);
    for client in &kept {
        assert!(contents.clients.contains(client), "{client} was answered");
    }
    // What was refused left nothing: its name can be had by another.
    assert_eq!(contents.clients.len(), kept.len() + 1);
}

/// Another program holds the write lock: a backup, a shell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c23_a_file_that_another_process_holds_is_503_within_bounds_and_recovers() {
    let folder = Folder::new();
    let plan = Plan::behind_a_name(folder.file("auth.db"));
    let server = Process::start(&plan);
    let client = server.http.register("before").await.unwrap().text("client_id");
    let tokens = server.http.redeem(&server.http.code(&client).await.unwrap()).await.unwrap();
    let access = tokens.text("access_token");
    let given = server.http.code(&client).await.unwrap();
    let other = Connection::open(&plan.file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = now();
    let answers = tokio::join!(
        server.http.redeem(&given),
        server.http.refresh(&client, "x"),
        server.http.register("new"),
        assert_reading_goes_on(&server, &access),
    );
    let waited = begun.elapsed();
    assert_unavailable(&answers.0.unwrap());
    // Who only reads is answered: there is no such token.
    answers.1.unwrap().assert_error(400, "invalid_grant");
    assert_unavailable(&answers.2.unwrap());
    assert!(waited < Duration::from_secs(9), "two waits for the lock at most: {waited:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(server.http.redeem(&given).await.unwrap().status, StatusCode::OK);
    assert_eq!(server.http.register("new").await.unwrap().status, StatusCode::CREATED);
}

#[expect(clippy::disallowed_methods, reason = "how long another process takes is real time")]
fn now() -> Instant {
    Instant::now()
}
