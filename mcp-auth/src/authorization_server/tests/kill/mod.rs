//! `kill -9`, at named points and at any moment under load. After each the file is read: no code works twice, no revocation is
//! lost, no token is without a grant, nothing is half written, and the next start is a clean one (C14-C20).

mod checker;
mod points;
#[cfg(feature = "testing")]
mod sign_in;
mod worker;

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, task::JoinSet};

pub(super) use self::checker::contents as contents_of;

use self::{
    checker::{Contents, contents},
    worker::Worker,
};
use super::{
    Folder,
    process::{Plan, Process},
};
use crate::random;

const WORKERS: usize = 8;

/// `KILL_ROUNDS`, 10 unless set; CI runs 200 in a step of its own.
fn rounds() -> usize {
    std::env::var("KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10)
}

/// Clients that ask until nobody answers any more, and go on where they were when there is a server again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c17_c18_c19_c20_c21_random_kills_under_load_break_nothing() {
    let folder = Folder::new();
    let plan = Plan::behind_a_name(folder.file("auth.db"));
    let workers: Vec<_> = (0..WORKERS).map(|number| Arc::new(Mutex::new(Worker::new(number)))).collect();
    let rounds = rounds();
    for round in 0..rounds {
        let server = Process::start(&plan);
        let mut running = JoinSet::new();
        for worker in &workers {
            let (worker, http) = (Arc::clone(worker), server.http.clone());
            running.spawn(async move {
                let mut worker = worker.lock().await;
                while worker.step(&http).await.is_ok() {}
            });
        }
        // From before the first answer until some have been through everything.
        let [chance] = random::bytes::<1>().unwrap();
        tokio::time::sleep(Duration::from_millis(u64::from(chance))).await;
        server.kill();
        running.join_all().await;
        // All that was ever said, now and then; what was said since the last time, always.
        let contents = contents(&plan.file);
        for worker in &workers {
            worker.lock().await.check(&contents, round % 20 == 19 || round + 1 == rounds);
        }
    }
    let mut said = 0;
    for worker in &workers {
        said += worker.lock().await.said();
    }
    println!("{rounds} kills, {said} answers that hold");
    assert!(said > rounds, "{said}");
}
