//! Sign-ins on their way.

use super::{
    Nodes,
    sample::{MILLI, START, sign_in},
};
use crate::store::Digest;

pub(super) async fn a_sign_in_is_taken_once_by_its_browser(nodes: Nodes) {
    let one = sign_in("one");
    nodes.next().begin_sign_in(one.clone(), 9, START).await.unwrap();
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

/// Who begins while there are as many as may be takes the place of the one that began first: whoever fills the store locks
/// nobody out (F17).
pub(super) async fn f17_of_too_many_the_first_make_room(nodes: Nodes) {
    let begun = |name: &str, at: u32| {
        let mut begun = sign_in(name);
        begun.expires_at = begun.expires_at.plus(MILLI * at);
        begun
    };
    let (one, two, three) = (begun("one", 1), begun("two", 2), begun("three", 3));
    // The order in which they began, not that of their arrival here.
    for sign_in in [&two, &one, &three] {
        nodes.next().begin_sign_in(sign_in.clone(), 2, START).await.unwrap();
    }
    for (sign_in, there) in [(&one, false), (&two, true), (&three, true)] {
        let found = nodes.next().sign_in(&sign_in.state, START).await.unwrap();
        assert_eq!(found.is_some(), there, "{sign_in:?}");
    }
    nodes.next().take_sign_in(&two.state, &two.browser, START).await.unwrap();
    nodes.next().begin_sign_in(begun("four", 4), 2, START).await.unwrap();
    assert!(nodes.next().sign_in(&three.state, START).await.unwrap().is_some(), "there was room");
    // Those that have expired take no room.
    let now = three.expires_at;
    nodes.next().begin_sign_in(begun("five", 5), 2, now).await.unwrap();
    let four = begun("four", 4);
    assert!(nodes.next().sign_in(&four.state, now).await.unwrap().is_some());
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

pub(super) async fn of_fifty_who_begin_as_many_stay_as_may(nodes: Nodes) {
    let name = |number: usize| format!("number {number}");
    nodes.race(move |store, number| store.begin_sign_in(sign_in(&name(number)), 7, START)).await;
    let mut there = 0;
    for number in 0..50 {
        let state = sign_in(&name(number)).state;
        there += usize::from(nodes.next().sign_in(&state, START).await.unwrap().is_some());
    }
    assert_eq!(there, 7);
}
