//! Who listens for changes.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rmcp::service::{SubscriptionContext, SubscriptionSink};

#[derive(Default)]
pub(crate) struct Subscriptions {
    open: Mutex<HashMap<u64, SubscriptionSink>>,
    next: AtomicU64,
}

impl Subscriptions {
    /// Everybody who listens now.
    pub(crate) fn open(&self) -> Vec<SubscriptionSink> {
        self.lock().values().cloned().collect()
    }

    /// Keeps the subscription until its client leaves.
    pub(crate) async fn hold(&self, context: &SubscriptionContext) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(id, context.sink().clone());
        context.cancelled().await;
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, SubscriptionSink>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
