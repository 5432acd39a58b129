//! A log whose end was never written: the file opens with what was committed before, or not at all.

use std::fs;

use super::{Folder, code, is_redeemed, redeem};
use crate::store::{CodeStore as _, Redemption, SqliteStore};

/// A header of 24 bytes, and a page.
const FRAME: u64 = 24 + 4096;

/// What `fs` sees of a store in the middle of its life.
fn copy(from: &Folder, to: &Folder) {
    for name in ["auth.db", "auth.db-wal"] {
        fs::copy(from.path().join(name), to.path().join(name)).unwrap();
    }
}

#[tokio::test]
async fn c21_a_log_cut_anywhere_in_its_last_frames_loses_what_was_not_answered_alone() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    store.insert_code(code("two")).await.unwrap();
    redeem(&store, "one").await.unwrap();
    let log = folder.path().join("auth.db-wal");
    let answered = fs::metadata(&log).unwrap().len();
    redeem(&store, "two").await.unwrap();
    let whole = fs::metadata(&log).unwrap().len();
    assert!(whole > answered);

    // All bytes take a minute. The header of the last frame, and its end, are cut everywhere each time.
    let every = std::env::var_os("TORN_EVERY_BYTE").is_some();
    let step = if every { 1 } else { usize::try_from((whole - answered) / 60).unwrap() };
    let last = whole - FRAME;
    for length in (answered..whole).step_by(step).chain(last - 1..last + 26).chain(whole - 3..whole) {
        let crashed = Folder::new();
        copy(&folder, &crashed);
        let cut = fs::OpenOptions::new().write(true).open(crashed.path().join("auth.db-wal")).unwrap();
        cut.set_len(length).unwrap();
        let store = crashed.open();
        assert_eq!(is_redeemed(&store, "one").await, Some(true), "cut at {length}");
        assert_eq!(redeem(&store, "one").await.unwrap(), Redemption::Refused);
        assert_eq!(is_redeemed(&store, "two").await, Some(false), "wholly or not: cut at {length}");
        assert_eq!(redeem(&store, "two").await.unwrap(), Redemption::Done);
    }
}

#[tokio::test]
async fn c21_a_torn_frame_is_not_believed() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let answered = fs::read(folder.path().join("auth.db-wal")).unwrap().len();
    redeem(&store, "one").await.unwrap();
    let log = fs::read(folder.path().join("auth.db-wal")).unwrap();
    for at in [answered, answered + 30, log.len() - 4000, log.len() - 1] {
        let crashed = Folder::new();
        copy(&folder, &crashed);
        let mut torn = log.clone();
        torn[at] ^= 0xff;
        fs::write(crashed.path().join("auth.db-wal"), torn).unwrap();
        let store = SqliteStore::open(crashed.file()).unwrap();
        assert_eq!(is_redeemed(&store, "one").await, Some(false), "torn at {at}");
    }
}
