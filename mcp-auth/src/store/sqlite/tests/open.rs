//! Which files open, and what is said about the others.

use std::{fs, path::Path, sync::Arc};

use rusqlite::Connection;

use super::{Folder, code, is_redeemed, redeem};
use crate::store::{CodeStore as _, Digest, SqliteStore};

/// The refusal, which has left the file as it was.
fn refusal(path: &Path) -> String {
    let before = fs::read(path).ok();
    let error = SqliteStore::open(path).unwrap_err();
    assert_eq!(fs::read(path).ok(), before, "the file was left alone");
    let problem = &error.problems()[0];
    assert_eq!(problem.setting, format!("the store {}", path.display()));
    assert!(!problem.help.is_empty());
    problem.message.clone()
}

/// A closed store with many codes, of which `kept` has been redeemed.
async fn filled(folder: &Folder) {
    let store = folder.open();
    for number in 0..200 {
        store.insert_code(code(&format!("number {number}"))).await.unwrap();
    }
    store.insert_code(code("kept")).await.unwrap();
    redeem(&store, "kept").await.unwrap();
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let folder = Folder::new();
    filled(&folder).await;
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["auth.db"], "the log has been written back");
    assert_eq!(is_redeemed(&folder.open(), "kept").await, Some(true));
}

#[test]
fn the_folder_has_to_be_there() {
    let folder = Folder::new();
    let path = folder.path().join("missing").join("auth.db");
    assert!(refusal(&path).contains("its folder cannot be opened"));
    assert!(!folder.path().join("missing").exists());
    assert!(refusal(folder.path()).contains("it is a folder"));
    assert!(refusal(Path::new("/")).contains("it names no file"));
    assert!(refusal(Path::new("")).contains("it names no file"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        names.push(entry.file_name());
    }
    names.sort();
    assert_eq!(names, ["auth.db", "auth.db-shm", "auth.db-wal"]);
}

#[test]
fn c21_an_empty_file_is_no_store() {
    let folder = Folder::new();
    fs::write(folder.file(), "").unwrap();
    assert_eq!(refusal(&folder.file()), "it is empty");
}

#[tokio::test]
async fn c21_a_log_without_its_file_is_kept() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let other = Folder::new();
    fs::copy(folder.path().join("auth.db-wal"), other.path().join("auth.db-wal")).unwrap();
    assert!(refusal(&other.file()).contains("its log (-wal) is there"));
    assert!(!other.file().exists());
    // Nor beside a file that has lost what it held.
    fs::write(other.file(), "").unwrap();
    assert_eq!(refusal(&other.file()), "it is empty");
    assert!(fs::metadata(other.path().join("auth.db-wal")).unwrap().len() > 0);
}

#[tokio::test]
async fn c21_garbage_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::write(folder.file(), "not a database, by any means".repeat(400)).unwrap();
    assert!(refusal(&folder.file()).contains("not a database"));
    fs::remove_file(folder.file()).unwrap();

    filled(&folder).await;
    let whole = fs::read(folder.file()).unwrap();
    for length in [1, 99, 100, 4095, 4096, 8192, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        fs::write(folder.file(), &whole[..length]).unwrap();
        refusal(&folder.file());
    }
    for page in 1..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..page * 4096 + 100].fill(0x5a);
        fs::write(folder.file(), &damaged).unwrap();
        refusal(&folder.file());
    }
    fs::write(folder.file(), &whole).unwrap();
    assert_eq!(is_redeemed(&folder.open(), "kept").await, Some(true));
}

#[test]
fn a_file_of_another_program_is_refused() {
    let folder = Folder::new();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("CREATE TABLE clients (id)").unwrap();
    drop(other);
    assert!(refusal(&folder.file()).contains("of another program"));
    assert!(!folder.path().join("auth.db-wal").exists());
}

#[test]
fn c51_a_file_of_a_later_version_is_refused() {
    let folder = Folder::new();
    drop(folder.open());
    let later = Connection::open(folder.file()).unwrap();
    later.pragma_update(None, "user_version", 99).unwrap();
    drop(later);
    assert!(refusal(&folder.file()).contains("a later version"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c29_processes_that_start_at_once_agree_on_one_file() {
    for _ in 0..10 {
        let folder = Folder::new();
        let file = Arc::new(folder.file());
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let file = Arc::clone(&file);
                std::thread::spawn(move || SqliteStore::open(&*file).unwrap())
            })
            .collect();
        let stores: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        stores[0].insert_code(code("one")).await.unwrap();
        for store in &stores {
            assert!(store.code(&Digest::of("one")).await.unwrap().is_some());
        }
    }
}

/// To SQLite `:memory:` and names with a question mark mean something else.
#[tokio::test]
async fn a_name_is_a_name() {
    let folder = Folder::new();
    for name in [":memory:", "file:auth.db?mode=memory", "a b%20c?d#e"] {
        let path = folder.path().join(name);
        SqliteStore::open(&path).unwrap().insert_code(code("one")).await.unwrap();
        assert!(path.exists());
        assert!(SqliteStore::open(&path).unwrap().code(&Digest::of("one")).await.unwrap().is_some());
    }
}

#[test]
fn debug_shows_the_file() {
    let store = SqliteStore::in_memory().unwrap();
    assert_eq!(format!("{store:?}"), r#"SqliteStore { path: ":memory:", .. }"#);
}

/// A kill does not tell a commit that is on the disk from one that the system still holds; these settings do.
#[tokio::test]
async fn c21_a_commit_is_on_the_disk_before_its_answer() {
    let folder = Folder::new();
    let store = folder.open();
    let settings = store.write(|connection| {
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let foreign_keys: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
        Ok((synchronous, journal, foreign_keys))
    });
    assert_eq!(settings.await.unwrap(), (2, "wal".to_owned(), true));
    let reads_only = store.read(|connection| {
        Ok(connection
            .execute("DELETE FROM codes", [])
            .is_err_and(|error| error.to_string().contains("readonly")))
    });
    assert!(reads_only.await.unwrap());
}
