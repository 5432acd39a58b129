//! Several writers on one file, as several processes would be.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rusqlite::Connection;
use tokio::task::JoinSet;

use super::{Folder, code, is_redeemed, redeem, shared};
use crate::store::{CodeStore as _, Redemption};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c23_writers_beside_each_other_lose_nothing_and_none_starves() {
    let folder = Folder::new();
    let stores: Vec<_> = (0..4).map(|_| shared(folder.open())).collect();
    let mut tasks = JoinSet::new();
    for writer in 0..64 {
        let store = Arc::clone(&stores[writer % stores.len()]);
        tasks.spawn(async move {
            for number in 0..10 {
                let name = format!("{writer}-{number}");
                store.insert_code(code(&name)).await.unwrap();
                assert_eq!(redeem(&store, &name).await.unwrap(), Redemption::Done);
            }
        });
    }
    tasks.join_all().await;
    for writer in 0..64 {
        assert_eq!(is_redeemed(&stores[0], &format!("{writer}-9")).await, Some(true));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c23_a_writer_that_does_not_let_go_is_an_error_and_no_code_is_lost() {
    let folder = Folder::new();
    let store = folder.open();
    store.insert_code(code("one")).await.unwrap();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = redeem(&store, "one").await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
    // Who reads does not wait for who writes.
    assert_eq!(is_redeemed(&store, "one").await, Some(false));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(redeem(&store, "one").await.unwrap(), Redemption::Done);
}

/// Grant and token are written at once, so whoever looks finds both.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_read_is_of_one_moment() {
    let folder = Folder::new();
    let (writer, reader) = (shared(folder.open()), shared(folder.open()));
    let over = Arc::new(AtomicBool::new(false));
    let looking = {
        let over = Arc::clone(&over);
        tokio::spawn(async move {
            let mut looks = 0;
            while !over.load(Ordering::Relaxed) {
                let broken = reader.read(|connection| {
                    let grants: u32 =
                        connection.query_row("SELECT count(*) FROM grants", [], |row| row.get(0))?;
                    let tokens: u32 =
                        connection.query_row("SELECT count(*) FROM refresh_tokens", [], |row| row.get(0))?;
                    Ok(grants != tokens)
                });
                assert!(!broken.await.unwrap());
                looks += 1;
            }
            looks
        })
    };
    for number in 0..300 {
        let name = format!("number {number}");
        writer.insert_code(code(&name)).await.unwrap();
        redeem(&writer, &name).await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    assert!(looking.await.unwrap() > 0);
}
