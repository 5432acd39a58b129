//! Who listens for changes of their reports.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rmcp::service::{SubscriptionContext, SubscriptionSink};

use crate::store::Person;

#[derive(Default)]
pub(crate) struct Subscriptions {
    open: Mutex<HashMap<u64, (Person, SubscriptionSink)>>,
    next: AtomicU64,
}

impl Subscriptions {
    /// Keeps the subscription until its client leaves. The gate ends it some time after the token.
    pub(crate) async fn hold(&self, person: Person, context: &SubscriptionContext) {
        /// Also when rmcp drops the future.
        struct Held<'a>(&'a Subscriptions, u64);
        impl Drop for Held<'_> {
            fn drop(&mut self) {
                self.0.lock().remove(&self.1);
            }
        }
        let held = Held(self, self.next.fetch_add(1, Ordering::Relaxed));
        self.lock().insert(held.1, (person, context.sink().clone()));
        context.cancelled().await;
    }

    /// Tells those who listen for this report of this person.
    pub(crate) async fn changed(&self, person: &Person, uri: &str) {
        for sink in self.of(person) {
            // Who has not asked for this report, or has left, misses nothing.
            let _ = sink.notify_resource_updated(uri).await;
            let _ = sink.notify_resource_list_changed().await;
        }
    }

    fn of(&self, person: &Person) -> Vec<SubscriptionSink> {
        let open = self.lock();
        open.values().filter(|(owner, _)| owner == person).map(|(_, sink)| sink.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, (Person, SubscriptionSink)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
