//! Now and then: learns which grants other processes have ended, so that the gate refuses their access tokens here too, and
//! removes what has ended from the store. The second is hygiene: every verb looks at expiry itself.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::runtime::Handle;

use super::Core;

/// Rows in one transaction: other writers wait for no more than one of them.
const ROWS: usize = 500;
/// Between two transactions, so that most of the time is theirs.
const BREATH: Duration = Duration::from_millis(25);
/// Transactions in one round: more than a busy server fills between two rounds.
const TRANSACTIONS: usize = 1000;
const PAUSE: Duration = Duration::from_secs(60);
/// Several pauses, so that neither a round that failed nor clocks that differ make a gap.
const LATELY: Duration = Duration::from_secs(10 * 60);

/// Whether somebody keeps house.
#[derive(Debug, Default)]
pub(crate) struct Housekeeping {
    running: AtomicBool,
}

impl Core {
    /// Starts to keep house, unless somebody does. It ends with the last router, or with the runtime; the next request starts
    /// it anew.
    pub(crate) fn keep_house(self: &Arc<Self>) {
        self.keep_house_every(PAUSE);
    }

    /// The same with another pause, for tests.
    pub(super) fn keep_house_every(self: &Arc<Self>, pause: Duration) {
        // Looked at for every request: the write that takes the place happens once.
        if self.housekeeping.running.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.housekeeping.running.swap(true, Ordering::AcqRel) {
            runtime.spawn(keep(Running(Arc::downgrade(self)), pause));
        }
    }
}

/// The one who keeps house. However it ends, the place is free then.
struct Running(Weak<Core>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(core) = self.0.upgrade() {
            core.housekeeping.running.store(false, Ordering::Release);
        }
    }
}

async fn keep(running: Running, pause: Duration) {
    while let Some(core) = running.0.upgrade() {
        // A task of its own: when the store panics, the next round comes all the same (C45).
        let round = core.tasks.spawn(round(Arc::clone(&core)));
        drop(core);
        if let Err(error) = round.await {
            tracing::error!(%error, "what has ended could not be removed");
        }
        tokio::time::sleep(pause).await;
    }
}

impl Core {
    /// Grants that ended of late, at whichever process that uses the store.
    async fn learn_ended_grants(&self) {
        let now = self.now();
        match self.store.grants_ended_since(now.minus(LATELY)).await {
            Ok(grants) => {
                for (grant, ended_at) in grants.into_iter().filter(|(grant, _)| !self.ended.contains(grant)) {
                    self.ended.insert(grant, ended_at, now);
                }
            }
            Err(error) => tracing::warn!(%error, "it is not known which grants others have ended"),
        }
    }
}

async fn round(core: Arc<Core>) {
    core.learn_ended_grants().await;
    if let Err(error) = core.look_after_keys().await {
        tracing::warn!(%error, "the signing keys could not be looked after");
    }
    for _ in 0..TRANSACTIONS {
        match core.store.expire(core.now(), ROWS).await {
            // What is left can wait for the next round, and a server that stops cannot.
            Ok(_) if core.tasks.are_finishing() => return,
            Ok(removed) if removed >= ROWS => tokio::time::sleep(BREATH).await,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "what has ended could not be removed");
                return;
            }
        }
    }
}
