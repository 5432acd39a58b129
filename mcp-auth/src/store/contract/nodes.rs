//! Handles to one store, and races for what is in it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{sync::Barrier, task::JoinSet};

use super::Opened;
use crate::store::{Store, StoreFuture};

/// How many race.
const RACERS: usize = 50;

/// Handles to the same data, as processes beside each other have.
#[derive(Debug)]
pub(super) struct Nodes {
    opened: Opened,
    turn: AtomicUsize,
}

impl Nodes {
    pub(super) fn new(opened: Opened) -> Self {
        Self { opened, turn: AtomicUsize::new(0) }
    }

    /// Handles to what a crash leaves; `None` where nothing can be left.
    pub(super) async fn crashed(mut self) -> Option<Self> {
        let crash = self.opened.crash.take()?;
        Some(Self::new(crash().await))
    }

    /// The handle whose turn it is: what was done through one has to be seen through the next.
    pub(super) fn next(&self) -> &dyn Store {
        &**self.pick()
    }

    fn pick(&self) -> &Arc<dyn Store> {
        let stores = &self.opened.handles;
        &stores[self.turn.fetch_add(1, Ordering::Relaxed) % stores.len()]
    }

    /// What fifty get who do the same at the same time, through all handles. Each is told its number.
    pub(super) async fn race<T, F>(&self, verb: F) -> Vec<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a dyn Store, usize) -> StoreFuture<'a, T> + Send + Sync + 'static,
    {
        let verb = Arc::new(verb);
        let barrier = Arc::new(Barrier::new(RACERS));
        let mut racers = JoinSet::new();
        for number in 0..RACERS {
            let (store, verb, barrier) = (Arc::clone(self.pick()), Arc::clone(&verb), Arc::clone(&barrier));
            racers.spawn(async move {
                barrier.wait().await;
                verb(&*store, number).await.unwrap()
            });
        }
        racers.join_all().await
    }
}
