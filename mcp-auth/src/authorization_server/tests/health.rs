//! Readiness hears of the store.

use std::time::Duration;

use super::{
    failing_store::{FAILS, FailingStore, WORKS},
    memory, settings,
};
use crate::{Auth, NotReady, testing::TestClock};

#[tokio::test]
async fn c22_a_store_that_fails_is_a_reason_and_asked_once_a_second() {
    let clock = TestClock::new();
    let store = FailingStore::new(memory());
    let settings = settings(store.clone());
    let auth = Auth::builder().authorization_server(settings).test_clock(&clock).build().unwrap();
    let health = auth.health();
    assert_eq!(health.check().await, Ok(()));
    store.set(FAILS);
    assert_eq!(health.check().await, Ok(()), "the answer of this second");
    clock.advance(Duration::from_secs(1));
    assert!(matches!(health.check().await, Err(NotReady::Store(_))));
    store.set(WORKS);
    assert!(matches!(health.check().await, Err(NotReady::Store(_))), "the answer of this second");
    clock.advance(Duration::from_secs(1));
    assert_eq!(health.check().await, Ok(()));
}
