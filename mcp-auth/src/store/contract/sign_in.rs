//! Sign-ins on their way.

use super::{
    Nodes,
    sample::{MILLI, START, sign_in},
};
use crate::store::Digest;

pub(super) async fn a_sign_in_is_taken_once_by_its_browser(nodes: Nodes) {
    let one = sign_in("one");
    assert!(nodes.next().begin_sign_in(one.clone(), 9, START).await.unwrap());
    assert_eq!(nodes.next().sign_in(&one.state, START).await.unwrap(), Some(one.clone()));
    // Somebody else's browser gets nothing, and takes nothing away.
    assert_eq!(nodes.next().take_sign_in(&one.state, &Digest::of("other"), START).await.unwrap(), None);
    assert_eq!(nodes.next().take_sign_in(&Digest::of("other"), &one.browser, START).await.unwrap(), None);
    let taken = nodes.next().take_sign_in(&one.state, &one.browser, START).await.unwrap();
    assert_eq!(taken, Some(one.clone()));
    assert_eq!(nodes.next().take_sign_in(&one.state, &one.browser, START).await.unwrap(), None);
    assert_eq!(nodes.next().sign_in(&one.state, START).await.unwrap(), None);
}

pub(super) async fn a_sign_in_is_too_late_when_it_expires(nodes: Nodes) {
    let one = sign_in("one");
    nodes.next().begin_sign_in(one.clone(), 9, START).await.unwrap();
    assert_eq!(nodes.next().sign_in(&one.state, one.expires_at).await.unwrap(), None);
    assert_eq!(nodes.next().take_sign_in(&one.state, &one.browser, one.expires_at).await.unwrap(), None);
    let last = one.expires_at.minus(MILLI);
    assert_eq!(nodes.next().sign_in(&one.state, last).await.unwrap(), Some(one.clone()));
    assert_eq!(nodes.next().take_sign_in(&one.state, &one.browser, last).await.unwrap(), Some(one));
}

pub(super) async fn there_are_never_more_than_may_be(nodes: Nodes) {
    assert!(!nodes.next().begin_sign_in(sign_in("none"), 0, START).await.unwrap());
    assert!(nodes.next().begin_sign_in(sign_in("one"), 2, START).await.unwrap());
    assert!(nodes.next().begin_sign_in(sign_in("two"), 2, START).await.unwrap());
    assert!(!nodes.next().begin_sign_in(sign_in("three"), 2, START).await.unwrap());
    assert_eq!(nodes.next().sign_in(&Digest::of("three"), START).await.unwrap(), None);
    let one = sign_in("one");
    nodes.next().take_sign_in(&one.state, &one.browser, START).await.unwrap();
    assert!(nodes.next().begin_sign_in(sign_in("three"), 2, START).await.unwrap());
    // Those that have expired take no room.
    let mut later = sign_in("later");
    later.expires_at = one.expires_at.plus(MILLI);
    assert!(!nodes.next().begin_sign_in(later.clone(), 2, one.expires_at.minus(MILLI)).await.unwrap());
    assert!(nodes.next().begin_sign_in(later, 2, one.expires_at).await.unwrap());
}

pub(super) async fn f16_of_fifty_who_take_a_sign_in_one_gets_it(nodes: Nodes) {
    for round in 0..200 {
        let one = sign_in(&format!("round {round}"));
        nodes.next().begin_sign_in(one.clone(), 9, START).await.unwrap();
        let results = nodes.race(move |store, _| {
            let one = one.clone();
            Box::pin(async move { store.take_sign_in(&one.state, &one.browser, START).await })
        });
        assert_eq!(results.await.into_iter().flatten().count(), 1, "round {round}");
    }
}

pub(super) async fn of_fifty_who_begin_as_many_do_as_may(nodes: Nodes) {
    let results =
        nodes.race(|store, number| store.begin_sign_in(sign_in(&format!("number {number}")), 7, START));
    assert_eq!(results.await.into_iter().filter(|begun| *begun).count(), 7);
}
