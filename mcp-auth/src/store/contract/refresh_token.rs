//! Refresh tokens: rotated, with a grace.

use std::time::Duration;

use super::{
    Nodes,
    grant::begin,
    sample::{DAY, MILLI, START, grant, refresh_token},
};
use crate::store::{Digest, Rotation, Store, StoreFuture, Timestamp};

const GRACE: Duration = Duration::from_secs(30);

/// Rotates the token `from` of the grant `one` to `to`; what is sealed says so.
fn rotate<'a>(
    store: &'a dyn Store,
    from: &'a Digest,
    to: &str,
    grace: Duration,
    now: Timestamp,
) -> StoreFuture<'a, Rotation> {
    store.rotate(from, refresh_token(to, "one"), sealed(to), grace, now)
}

fn sealed(token: &str) -> Vec<u8> {
    format!("sealed {token}").into_bytes()
}

fn repeated(token: &str) -> Rotation {
    Rotation::Repeated { sealed: sealed(token) }
}

fn reused() -> Rotation {
    Rotation::Reused { grant: "one".to_owned() }
}

async fn ended_at(nodes: &Nodes) -> Option<Timestamp> {
    nodes.next().grant("one").await.unwrap().unwrap().ended_at
}

pub(super) async fn a_token_is_kept_with_its_grant(nodes: Nodes) {
    begin(&nodes, "one").await;
    let found = nodes.next().refresh_token(&Digest::of("one")).await.unwrap();
    assert_eq!(found, Some((refresh_token("one", "one"), grant("one"))));
    assert_eq!(nodes.next().refresh_token(&Digest::of("two")).await.unwrap(), None);
    let rotated = rotate(nodes.next(), &Digest::of("one"), "two", GRACE, START).await.unwrap();
    assert_eq!(rotated, Rotation::Rotated);
    for token in ["one", "two"] {
        let found = nodes.next().refresh_token(&Digest::of(token)).await.unwrap();
        assert_eq!(found, Some((refresh_token(token, "one"), grant("one"))), "{token}");
    }
    let unknown = rotate(nodes.next(), &Digest::of("unknown"), "three", GRACE, START).await.unwrap();
    assert_eq!(unknown, Rotation::Refused);
    assert_eq!(nodes.next().refresh_token(&Digest::of("three")).await.unwrap(), None);
}

pub(super) async fn s82_a_live_token_is_one_that_can_be_exchanged(nodes: Nodes) {
    begin(&nodes, "one").await;
    let (one, two) = (Digest::of("one"), Digest::of("two"));
    let live = async |token: &Digest, now| nodes.next().live_refresh_token(token, now).await.unwrap();
    assert_eq!(live(&one, START).await, Some((refresh_token("one", "one"), grant("one"))));
    let end = refresh_token("one", "one").expires_at;
    assert!(live(&one, end.minus(MILLI)).await.is_some() && live(&one, end).await.is_none());
    assert_eq!(live(&Digest::of("unknown"), START).await, None);
    rotate(nodes.next(), &one, "two", GRACE, START).await.unwrap();
    assert_eq!(live(&one, START).await, None, "the grace is for those who lost an answer");
    assert!(live(&two, START).await.is_some());
    nodes.next().end_grant("one", START).await.unwrap();
    assert_eq!(live(&two, START).await, None);
}

pub(super) async fn s52_t24_reuse_ends_the_grant(nodes: Nodes) {
    begin(&nodes, "one").await;
    let (one, two) = (Digest::of("one"), Digest::of("two"));
    rotate(nodes.next(), &one, "two", GRACE, START).await.unwrap();
    let late = START.plus(GRACE);
    assert_eq!(rotate(nodes.next(), &one, "three", GRACE, late).await.unwrap(), reused());
    assert_eq!(ended_at(&nodes).await, Some(late));
    assert_eq!(nodes.next().grants_ended_since(late).await.unwrap(), [("one".to_owned(), late)]);
    // The family is over, for the honest and for the thief.
    for token in [&one, &two] {
        assert_eq!(rotate(nodes.next(), token, "three", GRACE, late).await.unwrap(), Rotation::Refused);
    }
    assert_eq!(nodes.next().refresh_token(&Digest::of("three")).await.unwrap(), None);
}

pub(super) async fn t24_within_the_grace_the_same_comes_again(nodes: Nodes) {
    begin(&nodes, "one").await;
    let one = Digest::of("one");
    rotate(nodes.next(), &one, "two", GRACE, START).await.unwrap();
    for after in [Duration::ZERO, MILLI, GRACE.saturating_sub(MILLI)] {
        let again = rotate(nodes.next(), &one, "three", GRACE, START.plus(after)).await.unwrap();
        assert_eq!(again, repeated("two"), "after {after:?}");
    }
    // Nothing was kept of what the repeated requests brought, and the successor is good.
    assert_eq!(nodes.next().refresh_token(&Digest::of("three")).await.unwrap(), None);
    assert_eq!(ended_at(&nodes).await, None);
    let two = rotate(nodes.next(), &Digest::of("two"), "four", GRACE, START.plus(GRACE)).await.unwrap();
    assert_eq!(two, Rotation::Rotated);
}

pub(super) async fn f17_the_grace_is_over_when_the_successor_is_used(nodes: Nodes) {
    begin(&nodes, "one").await;
    let (one, two) = (Digest::of("one"), Digest::of("two"));
    rotate(nodes.next(), &one, "two", GRACE, START).await.unwrap();
    rotate(nodes.next(), &two, "three", GRACE, START).await.unwrap();
    // In the same millisecond: no clock is asked whether it was used.
    assert_eq!(rotate(nodes.next(), &two, "four", GRACE, START).await.unwrap(), repeated("three"));
    assert_eq!(rotate(nodes.next(), &one, "four", GRACE, START).await.unwrap(), reused());
    assert_eq!(ended_at(&nodes).await, Some(START));
}

pub(super) async fn f17_without_a_grace_a_reuse_in_the_same_millisecond_is_one(nodes: Nodes) {
    begin(&nodes, "one").await;
    let one = Digest::of("one");
    let rotated = rotate(nodes.next(), &one, "two", Duration::ZERO, START).await.unwrap();
    assert_eq!(rotated, Rotation::Rotated);
    assert_eq!(rotate(nodes.next(), &one, "three", Duration::ZERO, START).await.unwrap(), reused());
}

pub(super) async fn s52_reuse_is_recognised_after_the_token_has_run_out(nodes: Nodes) {
    begin(&nodes, "one").await;
    let one = Digest::of("one");
    rotate(nodes.next(), &one, "two", GRACE, START).await.unwrap();
    let late = refresh_token("one", "one").expires_at.plus(DAY);
    assert_eq!(rotate(nodes.next(), &one, "three", GRACE, late).await.unwrap(), reused());
    assert_eq!(ended_at(&nodes).await, Some(late));
}

pub(super) async fn c28_a_clock_that_is_behind_sees_the_grace(nodes: Nodes) {
    begin(&nodes, "one").await;
    let one = Digest::of("one");
    rotate(nodes.next(), &one, "two", GRACE, START.plus(GRACE)).await.unwrap();
    assert_eq!(rotate(nodes.next(), &one, "three", GRACE, START).await.unwrap(), repeated("two"));
}

pub(super) async fn a_token_is_too_late_when_it_or_its_grant_expires(nodes: Nodes) {
    begin(&nodes, "one").await;
    let one = Digest::of("one");
    let end = refresh_token("one", "one").expires_at;
    assert_eq!(rotate(nodes.next(), &one, "two", GRACE, end).await.unwrap(), Rotation::Refused);
    assert_eq!(nodes.next().refresh_token(&Digest::of("two")).await.unwrap(), None);
    assert_eq!(ended_at(&nodes).await, None);
    let last = rotate(nodes.next(), &one, "two", GRACE, end.minus(MILLI)).await.unwrap();
    assert_eq!(last, Rotation::Rotated);
    let end = grant("one").expires_at;
    let mut long = refresh_token("three", "one");
    long.expires_at = end.plus(DAY);
    let two = Digest::of("two");
    nodes.next().rotate(&two, long, sealed("three"), GRACE, START).await.unwrap();
    let three = Digest::of("three");
    assert_eq!(rotate(nodes.next(), &three, "four", GRACE, end).await.unwrap(), Rotation::Refused);
    // A grant that has run out is not ended once more by a reuse.
    assert_eq!(rotate(nodes.next(), &one, "four", GRACE, end).await.unwrap(), Rotation::Refused);
    assert_eq!(ended_at(&nodes).await, None);
    let last = rotate(nodes.next(), &three, "four", GRACE, end.minus(MILLI)).await.unwrap();
    assert_eq!(last, Rotation::Rotated);
}

pub(super) async fn an_error_does_not_use_the_token(nodes: Nodes) {
    begin(&nodes, "one").await;
    begin(&nodes, "two").await;
    let one = Digest::of("one");
    // Of another grant, and a token that is taken.
    let strange = nodes.next().rotate(&one, refresh_token("new", "two"), Vec::new(), GRACE, START);
    strange.await.unwrap_err();
    rotate(nodes.next(), &one, "two", GRACE, START).await.unwrap_err();
    assert_eq!(nodes.next().refresh_token(&Digest::of("new")).await.unwrap(), None);
    assert_eq!(rotate(nodes.next(), &one, "new", GRACE, START).await.unwrap(), Rotation::Rotated);
}

pub(super) async fn c30_t24_of_fifty_rotations_one_wins_and_all_get_the_same(nodes: Nodes) {
    begin(&nodes, "one").await;
    let mut token = "one".to_owned();
    for round in 0..200 {
        let from = Digest::of(&token);
        let results = nodes.race(move |store, number| {
            let to = format!("{round}-{number}");
            Box::pin(
                async move { rotate(store, &from, &to, GRACE, START).await.map(|rotation| (to, rotation)) },
            )
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            results.await.into_iter().partition(|(_, rotation)| *rotation == Rotation::Rotated);
        assert_eq!(won.len(), 1, "round {round}");
        token.clone_from(&won[0].0);
        assert!(lost.iter().all(|(_, rotation)| *rotation == repeated(&token)), "round {round}");
        for (to, _) in &lost {
            assert_eq!(nodes.next().refresh_token(&Digest::of(to)).await.unwrap(), None);
        }
    }
    assert_eq!(ended_at(&nodes).await, None);
}

pub(super) async fn s52_c30_of_fifty_rotations_without_a_grace_one_wins(nodes: Nodes) {
    for round in 0..20 {
        let name = format!("round {round}");
        begin(&nodes, &name).await;
        let token = Digest::of(&name);
        let results = nodes.race(move |store, number| {
            let successor = refresh_token(&format!("{round}-{number}"), &format!("round {round}"));
            Box::pin(async move { store.rotate(&token, successor, Vec::new(), Duration::ZERO, START).await })
        });
        let results = results.await;
        let count = |wanted: Rotation| results.iter().filter(|rotation| **rotation == wanted).count();
        assert_eq!(count(Rotation::Rotated), 1);
        assert_eq!(count(Rotation::Reused { grant: name }), 1);
        assert_eq!(count(Rotation::Refused), 48);
    }
}
