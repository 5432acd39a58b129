//! Faults of the disk, of a verb and of load: each is an error for whom it concerns, and the store goes on.

use std::sync::{Arc, mpsc};

use futures_util::FutureExt as _;

use super::{Folder, code, is_redeemed, pragma, redeem, shared};
use crate::store::{
    CodeStore as _, Digest, Redemption, SignInRecord, SignInStore as _, SqliteStore, StoreFuture, Timestamp,
    sqlite::{job::Fault, queue::MOST_WAITING},
};

/// Keeps the writer busy until what it returns is dropped; whatever is asked in the meantime becomes one group.
async fn hold(store: &Arc<SqliteStore>) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (began, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let store = Arc::clone(store);
    tokio::spawn(async move {
        let held = store.write(move |_| {
            let _ = began.send(());
            let _ = held.recv();
            Ok(())
        });
        held.await.unwrap();
    });
    begun.recv().await.unwrap();
    release
}

/// Asks, and does not wait: it is in the queue now, behind what was asked before.
fn ask<T>(mut question: StoreFuture<'_, T>) -> StoreFuture<'_, T> {
    assert!((&mut question).now_or_never().is_none(), "the writer is held");
    question
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c22_a_full_disk_is_an_error_and_the_store_recovers() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("before")).await.unwrap();
    pragma(&store, "max_page_count", 1).await;
    let failed = insert_until_full(&store).await;
    assert!(is_redeemed(&store, &failed).await.is_none(), "what failed left nothing");
    // What is there can still be read, and a redemption that has no room leaves the code as it was.
    assert_eq!(is_redeemed(&store, "before").await, Some(false));
    pragma(&store, "max_page_count", i64::from(u32::MAX - 1)).await;
    store.insert_code(code(&failed)).await.unwrap();
    assert_eq!(redeem(&store, "before").await.unwrap(), Redemption::Done);
    drop(store);
    assert_eq!(is_redeemed(&folder.open(), "before").await, Some(true));
}

/// The name of the code that did not fit any more.
async fn insert_until_full(store: &SqliteStore) -> String {
    for number in 0..1000 {
        let name = format!("number {number}");
        let mut large = code(&name);
        large.redirect_uri = "x".repeat(2000);
        if let Err(error) = store.insert_code(large).await {
            assert!(error.to_string().contains("full"), "{error}");
            return name;
        }
    }
    panic!("the disk was never full");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c22_a_group_on_a_full_disk_has_nothing_of_those_who_got_an_error() {
    let folder = Folder::new();
    let store = shared(folder.open());
    pragma(&store, "max_page_count", 60).await;
    let release = hold(&store).await;
    let large = |number: usize| {
        let mut large = code(&format!("number {number}"));
        large.redirect_uri = "x".repeat(3000);
        ask(store.insert_code(large))
    };
    let questions: Vec<_> = (0..100).map(large).collect();
    drop(release);
    let mut failed = 0;
    for (number, question) in questions.into_iter().enumerate() {
        let answer = question.await;
        failed += usize::from(answer.is_err());
        let found = store.code(&Digest::of(format!("number {number}"))).await.unwrap();
        assert_eq!(found.is_some(), answer.is_ok(), "number {number}");
    }
    assert!(failed > 0);
    pragma(&store, "max_page_count", i64::from(u32::MAX - 1)).await;
    store.insert_code(code("after")).await.unwrap();
}

#[tokio::test]
async fn c22_a_file_that_becomes_read_only_is_an_error_and_changes_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    pragma(&store, "query_only", 1).await;
    let error = redeem(&store, "one").await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
    assert_eq!(is_redeemed(&store, "one").await, Some(false));
    drop(store);
    assert_eq!(redeem(&folder.open(), "one").await.unwrap(), Redemption::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c24_a_full_queue_is_an_error_at_once() {
    let store = shared(SqliteStore::in_memory().unwrap());
    let release = hold(&store).await;
    let number = |number| ask(store.insert_code(code(&format!("number {number}"))));
    let questions: Vec<_> = (0..MOST_WAITING).map(number).collect();
    let answer = store.insert_code(code("more")).now_or_never().expect("an answer at once");
    let error = answer.unwrap_err();
    assert!(error.to_string().contains("too many requests"), "{error}");
    drop(release);
    for question in questions {
        question.await.unwrap();
    }
    store.insert_code(code("more")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c49_a_job_that_fails_or_panics_takes_nothing_else_with_it() {
    let folder = Folder::new();
    let store = shared(folder.open());
    let release = hold(&store).await;
    let question = |number: usize| {
        ask(store.write(move |connection| {
            // All write before it is decided what becomes of them.
            connection.execute(
                "INSERT INTO keys (id, purpose, sealed, created_at) VALUES (?, 'sign', x'', 0)",
                [number.to_string()],
            )?;
            match number % 3 {
                0 => Ok(()),
                1 => Err(Fault::new("as it was asked to")),
                _ => panic!("as it was asked to"),
            }
        }))
    };
    let questions: Vec<_> = (0..9).map(question).collect();
    drop(release);
    for (number, question) in questions.into_iter().enumerate() {
        assert_eq!(question.await.is_ok(), number % 3 == 0, "number {number}");
    }
    let kept = store.read(|connection| {
        Ok(connection.query_row("SELECT group_concat(id) FROM keys", [], |row| row.get(0))?)
    });
    let kept: String = kept.await.unwrap();
    assert_eq!(kept, "0,3,6");
}

#[tokio::test]
async fn c49_a_reader_survives_a_panic() {
    let folder = Folder::new();
    let store = folder.open();
    for _ in 0..9 {
        store.read::<(), _>(|_| panic!("as it was asked to")).await.unwrap_err();
    }
    assert_eq!(store.code(&Digest::of("one")).await.unwrap(), None);
}

/// After a read that took long, threads that may wait do what runs everything else did.
#[tokio::test]
async fn c24_a_slow_disk_holds_up_no_thread_of_the_runtime() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let here = std::thread::current().id();
    let read_by = || store.read(|_| Ok(std::thread::current().id()));
    assert_eq!(read_by().await.unwrap(), here);
    store
        .read(|_| {
            std::thread::sleep(std::time::Duration::from_millis(30));
            Ok(())
        })
        .await
        .unwrap();
    assert_ne!(read_by().await.unwrap(), here);
    assert_eq!(is_redeemed(&store, "one").await, Some(false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c22_when_the_commit_fails_nobody_is_told_otherwise() {
    let folder = Folder::new();
    let store = shared(folder.open());
    let release = hold(&store).await;
    let codes = ["one", "two"].map(|name| ask(store.insert_code(code(name))));
    // A constraint that is looked at by the commit alone.
    let culprit = ask(store.write(|connection| {
        connection.pragma_update(None, "defer_foreign_keys", true)?;
        connection.execute(
            "INSERT INTO refresh_tokens (token, grant_id, issued_at, expires_at)
             VALUES (zeroblob(32), 'nobody', 0, 0)",
            [],
        )?;
        Ok(())
    }));
    drop(release);
    culprit.await.unwrap_err();
    for code in codes {
        code.await.unwrap_err();
    }
    assert_eq!(store.code(&Digest::of("one")).await.unwrap(), None);
    store.insert_code(code("one")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c50_what_waits_in_the_queue_and_is_dropped_never_happens() {
    let store = shared(SqliteStore::in_memory().unwrap());
    let release = hold(&store).await;
    drop(ask(store.insert_code(code("one"))));
    drop(release);
    assert_eq!(store.code(&Digest::of("one")).await.unwrap(), None);
}

#[tokio::test]
async fn the_end_of_time_can_be_stored() {
    let store = SqliteStore::in_memory().unwrap();
    let mut code = code("one");
    code.expires_at = Timestamp::from_millis(u64::MAX);
    store.insert_code(code).await.unwrap();
    assert_eq!(redeem(&store, "one").await.unwrap(), Redemption::Done);
    let sign_in = SignInRecord {
        state: Digest::of("state"),
        browser: Digest::of("browser"),
        provider: String::new(),
        sealed: Vec::new(),
        expires_at: Timestamp::from_millis(u64::MAX),
    };
    store.begin_sign_in(sign_in, usize::MAX, Timestamp::from_millis(0)).await.unwrap();
}

/// What was to be stored stays out of an error.
#[tokio::test]
async fn an_error_does_not_tell_what_was_to_be_stored() {
    let store = SqliteStore::in_memory().unwrap();
    let mut secret = code("one");
    secret.redirect_uri = "hunter2".to_owned();
    store.insert_code(secret.clone()).await.unwrap();
    let error = store.insert_code(secret).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
