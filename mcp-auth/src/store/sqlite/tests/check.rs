//! What readiness is told about the file.

use std::fs;

use super::{Folder, code, pragma, redeem};
use crate::store::{CodeStore as _, KeyStore as _, Store as _};

#[tokio::test]
async fn c22_a_check_writes_nothing_while_all_is_well() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let log = || fs::read(folder.path().join("auth.db-wal")).unwrap();
    let before = log();
    for _ in 0..3 {
        store.check().await.unwrap();
    }
    assert!(before == log());
}

/// Nothing but requests would show that there is room again, and none come to a server that is not ready.
#[tokio::test]
async fn c22_a_full_disk_is_seen_and_so_is_its_end() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    pragma(&store, "max_page_count", 1).await;
    let mut large = code("large");
    large.redirect_uri = "x".repeat(20_000);
    store.insert_code(large.clone()).await.unwrap_err();
    for _ in 0..2 {
        let error = store.check().await.unwrap_err();
        assert!(error.to_string().contains("full"), "{error}");
    }
    pragma(&store, "max_page_count", i64::from(u32::MAX - 1)).await;
    store.check().await.unwrap();
    assert!(store.keys("").await.unwrap().is_empty(), "nothing is left of the check");
    store.insert_code(large).await.unwrap();
}

#[tokio::test]
async fn c22_a_file_that_cannot_be_written_is_seen() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    pragma(&store, "query_only", 1).await;
    let error = store.check().await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
}

#[tokio::test]
async fn c23_a_lock_that_is_never_let_go_of_is_seen() {
    let folder = Folder::new();
    let store = folder.open();
    let other = rusqlite::Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.check().await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn c46_a_flush_writes_the_log_back_and_the_store_goes_on() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let length = || fs::metadata(folder.path().join("auth.db-wal")).unwrap().len();
    assert!(length() > 0);
    store.flush().await.unwrap();
    assert_eq!(length(), 0);
    redeem(&store, "one").await.unwrap();
    crate::store::SqliteStore::in_memory().unwrap().flush().await.unwrap();
}
