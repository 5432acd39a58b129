//! Client assertions.

use super::{
    Nodes,
    sample::{MILLI, MINUTE, START},
};
use crate::store::{AssertionRecord, AssertionUse, Digest};

/// Good for a minute.
fn assertion(client: &str, jti: &str) -> AssertionRecord {
    AssertionRecord { client_id: client.to_owned(), jti: Digest::of(jti), expires_at: START.plus(MINUTE) }
}

pub(super) async fn s45_an_assertion_is_good_once_for_each_client(nodes: Nodes) {
    for (client, jti, expected) in [
        ("one", "a", AssertionUse::First),
        ("one", "a", AssertionUse::Again),
        ("one", "b", AssertionUse::First),
        ("two", "a", AssertionUse::First),
        ("two", "a", AssertionUse::Again),
        ("one", "a", AssertionUse::Again),
    ] {
        let used = nodes.next().use_assertion(assertion(client, jti), 100, START).await.unwrap();
        assert_eq!(used, expected, "{client} {jti}");
    }
}

pub(super) async fn s45_a_full_memory_refuses_its_own_client_and_forgets_nothing(nodes: Nodes) {
    let used = |client: &'static str, jti: &'static str, now| {
        let store = nodes.next();
        async move { store.use_assertion(assertion(client, jti), 2, now).await.unwrap() }
    };
    assert_eq!(used("one", "a", START).await, AssertionUse::First);
    assert_eq!(used("one", "b", START).await, AssertionUse::First);
    assert_eq!(used("one", "c", START).await, AssertionUse::Full);
    assert_eq!(used("one", "a", START).await, AssertionUse::Again);
    assert_eq!(used("two", "a", START).await, AssertionUse::First);
    let last = START.plus(MINUTE).minus(MILLI);
    assert_eq!(used("one", "c", last).await, AssertionUse::Full);
    let later = START.plus(MINUTE);
    let fresh = AssertionRecord { expires_at: later.plus(MINUTE), ..assertion("one", "c") };
    assert_eq!(nodes.next().use_assertion(fresh, 2, later).await.unwrap(), AssertionUse::First);
}

pub(super) async fn s45_an_assertion_that_is_over_is_removed(nodes: Nodes) {
    nodes.next().use_assertion(assertion("one", "a"), 100, START).await.unwrap();
    assert_eq!(nodes.next().expire(START.plus(MINUTE).minus(MILLI), 100).await.unwrap(), 0);
    assert_eq!(nodes.next().expire(START.plus(MINUTE), 100).await.unwrap(), 1);
}

pub(super) async fn s45_of_fifty_uses_of_an_assertion_one_is_the_first(nodes: Nodes) {
    for round in 0..20 {
        let used = nodes.race(move |store, _| {
            let assertion = assertion("one", &format!("round {round}"));
            Box::pin(async move { store.use_assertion(assertion, 1000, START).await })
        });
        let used = used.await;
        assert_eq!(used.iter().filter(|one| **one == AssertionUse::First).count(), 1);
        assert_eq!(used.iter().filter(|one| **one == AssertionUse::Again).count(), used.len() - 1);
    }
}
