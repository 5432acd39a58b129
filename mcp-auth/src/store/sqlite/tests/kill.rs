//! A process that is killed while it redeems: whatever it said is true, and the rest happened wholly or not.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use tokio::task::JoinSet;

use super::{Folder, code, is_redeemed, redeem, shared};
use crate::store::{CodeStore as _, Redemption, SqliteStore};

const FILE: &str = "MCP_AUTH_TEST_KILLED_STORE";
const NAMES: &str = "MCP_AUTH_TEST_KILLED_NAMES";
const REDEEMERS: usize = 8;

#[tokio::test]
async fn c17_c21_s40_a_kill_loses_nothing_that_was_answered() {
    let folder = Folder::new();
    let mut total = 0;
    for round in 0..20 {
        let said = run_and_kill(&folder, round);
        assert!(said.len() >= round, "it said enough before it was killed");
        let store = folder.open();
        for name in &said {
            assert_eq!(is_redeemed(&store, name).await, Some(true), "{name} was answered");
            assert_eq!(redeem(&store, name).await.unwrap(), Redemption::Refused);
        }
        // And those that it was about to answer.
        for redeemer in 0..REDEEMERS {
            for number in 0..=said.len() {
                let name = format!("{round}-{redeemer}-{number}");
                if is_redeemed(&store, &name).await == Some(false) {
                    assert_eq!(redeem(&store, &name).await.unwrap(), Redemption::Done);
                    assert_eq!(redeem(&store, &name).await.unwrap(), Redemption::Refused);
                }
            }
        }
        total += said.len();
    }
    assert!(total > 200, "{total}");
}

/// What the child said that it has redeemed, until it was killed.
fn run_and_kill(folder: &Folder, round: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::sqlite::tests::kill::child", "--ignored", "--nocapture"])
        .env(FILE, folder.file())
        .env(NAMES, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    let mut read = |line: Option<Result<String, _>>| {
        let Some(Ok(line)) = line else { return false };
        said.extend(line.strip_prefix("redeemed ").map(str::to_owned));
        true
    };
    // Each round for longer, so that the kill meets a log of another length.
    let mut most = 8 + round * 5;
    while most > 0 && read(lines.next()) {
        most -= 1;
    }
    child.kill().unwrap();
    // What was in the pipe has been said too; the last line may be half of one.
    while read(lines.next()) {}
    child.wait().unwrap();
    said.retain(|name| name.ends_with('.'));
    said.iter().map(|name| name.trim_end_matches('.').to_owned()).collect()
}

/// The child: redeems until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run by the test above, and killed"]
async fn child() {
    let (Some(file), Ok(names)) = (std::env::var_os(FILE).map(PathBuf::from), std::env::var(NAMES)) else {
        panic!("this is the child of another test");
    };
    let store = shared(SqliteStore::open(file).unwrap());
    let mut redeemers = JoinSet::new();
    for redeemer in 0..REDEEMERS {
        let (store, names) = (Arc::clone(&store), names.clone());
        redeemers.spawn(async move {
            for number in 0.. {
                let name = format!("{names}-{redeemer}-{number}");
                store.insert_code(code(&name)).await.unwrap();
                assert_eq!(redeem(&store, &name).await.unwrap(), Redemption::Done);
                // Not by `println!`, whose lock a kill of the parent would break.
                writeln!(std::io::stdout(), "redeemed {name}.").unwrap();
            }
        });
    }
    redeemers.join_all().await;
}
