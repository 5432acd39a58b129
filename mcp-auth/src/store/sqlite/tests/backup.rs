//! A copy that is taken while everybody writes is a store.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;
use tokio::task::JoinSet;

use super::{Folder, code, is_redeemed, redeem};
use crate::store::{CodeStore as _, Redemption, SqliteStore};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_under_load_is_whole_and_holds_what_was_answered_before() {
    let folder = Folder::new();
    let store = folder.open();
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for writer in 0..4 {
        let (store, stop, written) = (store.clone(), Arc::clone(&stop), Arc::clone(&written));
        writers.spawn(async move {
            let mut done = 0_usize;
            while !stop.load(Ordering::Relaxed) {
                let name = format!("{writer}-{done}");
                store.insert_code(code(&name)).await.unwrap();
                assert_eq!(redeem(&store, &name).await.unwrap(), Redemption::Done);
                done += 1;
                written.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let mut copies = Vec::new();
    for number in 0..5 {
        // However slow the machine is, each copy is taken while all of them write.
        let enough = written.load(Ordering::Relaxed) + 5;
        while written.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let before = format!("before {number}");
        store.insert_code(code(&before)).await.unwrap();
        redeem(&store, &before).await.unwrap();
        let to = folder.path().join(format!("copy-{number}.db"));
        store.backup(&to).await.unwrap();
        copies.push((to, before));
    }
    stop.store(true, Ordering::Relaxed);
    writers.join_all().await;
    let done = written.load(Ordering::Relaxed);
    assert!(done > 20, "they wrote meanwhile: {done}");
    for (path, before) in copies {
        assert_whole(&path);
        let copy = SqliteStore::open(&path).unwrap();
        assert_eq!(is_redeemed(&copy, &before).await, Some(true), "{before} was answered before the copy");
        assert_eq!(redeem(&copy, &before).await.unwrap(), Redemption::Refused);
    }
}

fn assert_whole(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let connection = Connection::open(path).unwrap();
    let text = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(text("PRAGMA integrity_check"), "ok");
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    // A code is redeemed, its grant is there, and the grant's token: all of them or none.
    assert_eq!(
        number(
            "SELECT count(*) FROM codes FULL JOIN grants ON redeemed = id
             FULL JOIN refresh_tokens ON grant_id = id
             WHERE (redeemed IS NOT NULL OR code IS NULL) AND (id IS NULL OR token IS NULL OR code IS NULL)"
        ),
        0
    );
    assert!(number("SELECT count(*) FROM grants") > 0);
}

#[tokio::test]
async fn a_copy_never_takes_the_place_of_something() {
    let folder = Folder::new();
    let store = folder.open();
    let to = folder.path().join("copy.db");
    fs::write(&to, "precious").unwrap();
    let error = store.backup(&to).await.unwrap_err();
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(fs::read(&to).unwrap(), b"precious");
    store.backup(folder.file()).await.unwrap_err();
    let error = store.backup(folder.path().join("missing").join("copy.db")).await.unwrap_err();
    assert!(error.to_string().contains("No such file"), "{error}");
    fs::write(folder.path().join("other.db.unfinished"), "").unwrap();
    let error = store.backup(folder.path().join("other.db")).await.unwrap_err();
    assert!(error.to_string().contains("cut off"), "{error}");
    assert!(SqliteStore::in_memory().unwrap().backup(folder.path().join("memory.db")).await.is_err());
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["auth.db", "copy.db", "other.db.unfinished"], "nothing is left of what failed");
}
