//! Many at once: one winner, whose tokens work.

use std::sync::Arc;

use http::StatusCode;
use tokio::{sync::Barrier, task::JoinSet};

use super::{Answer, Bed, Folder, failing_store::FailingStore, settings};
use crate::store::SqliteStore;

const CALLERS: usize = 50;

/// `RACE_ROUNDS`, 10 unless set; CI runs 200 in a step of its own.
pub(super) fn rounds() -> usize {
    std::env::var("RACE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10)
}

async fn at_once<F>(ask: impl Fn() -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut all = JoinSet::new();
    for _ in 0..CALLERS {
        all.spawn(ask());
    }
    all.join_all().await
}

fn bed(folder: &Folder) -> Arc<Bed> {
    Arc::new(Bed::of(settings(SqliteStore::open(folder.file("auth.db")).unwrap())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t22_s40_c29_of_fifty_redemptions_one_wins_and_its_tokens_work() {
    let folder = Folder::new();
    let store = FailingStore::new(SqliteStore::open(folder.file("auth.db")).unwrap());
    let bed = Arc::new(Bed::of(settings(store.clone())));
    let client = bed.client().await;
    for round in 0..rounds() {
        let given = Arc::new(bed.code(&client).await);
        // All of them are under way before the first is answered.
        *store.gate.lock().unwrap() = Some(Arc::new(Barrier::new(CALLERS)));
        let answers = at_once(|| {
            let (bed, given) = (Arc::clone(&bed), Arc::clone(&given));
            async move { bed.redeem(&given).await }
        });
        let answers = answers.await;
        let (won, lost): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(won.len(), 1, "round {round}");
        for answer in lost {
            answer.assert_error(400, "invalid_grant");
        }
        assert_eq!(bed.call(&won[0].text("access_token")).await, StatusCode::OK, "F17: no racer ends it");
        let newer = bed.refresh(&client, &won[0].text("refresh_token")).await;
        assert_eq!(newer.status, StatusCode::OK);
        // And whoever comes now is no racer.
        *store.gate.lock().unwrap() = None;
        bed.redeem(&given).await.assert_error(400, "invalid_grant");
        assert_eq!(bed.call(&newer.text("access_token")).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t24_c30_fifty_refreshes_get_one_successor() {
    let folder = Folder::new();
    let bed = bed(&folder);
    let (client, tokens) = bed.signed_in().await;
    let mut token = tokens.text("refresh_token");
    for round in 0..rounds() {
        let answers = at_once(|| {
            let (bed, client, token) = (Arc::clone(&bed), client.clone(), token.clone());
            async move { bed.refresh(&client, &token).await }
        });
        let answers = answers.await;
        let mut successors: Vec<_> = answers.iter().map(|answer| answer.text("refresh_token")).collect();
        successors.sort_unstable();
        successors.dedup();
        assert_eq!(successors.len(), 1, "round {round}");
        for answer in &answers {
            assert_eq!(bed.call(&answer.text("access_token")).await, StatusCode::OK);
        }
        token = successors.remove(0);
    }
}
