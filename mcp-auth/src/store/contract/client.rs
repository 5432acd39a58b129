//! Clients that registered themselves.

use super::{
    Nodes,
    sample::{HOUR, MILLI, MINUTE, START, client},
};
use crate::store::{Digest, Registration};

pub(super) async fn a_client_is_kept_until_it_expires(nodes: Nodes) {
    let one = client("one", "a");
    assert_eq!(nodes.next().register(one.clone(), 9, START).await.unwrap(), Registration::New);
    assert_eq!(nodes.next().client("one", one.expires_at.minus(MILLI)).await.unwrap(), Some(one.clone()));
    assert_eq!(nodes.next().client("one", one.expires_at).await.unwrap(), None);
    assert_eq!(nodes.next().client("two", START).await.unwrap(), None);
}

pub(super) async fn the_same_registered_again_is_the_same_client(nodes: Nodes) {
    nodes.next().register(client("one", "a"), 9, START).await.unwrap();
    let mut later = client("two", "a");
    later.expires_at = START.plus(HOUR * 2);
    let mut known = client("one", "a");
    known.expires_at = later.expires_at;
    let again = nodes.next().register(later, 9, START.plus(HOUR).minus(MILLI)).await.unwrap();
    assert_eq!(again, Registration::Known(known.clone()));
    assert_eq!(nodes.next().client("one", START).await.unwrap(), Some(known.clone()));
    assert_eq!(nodes.next().client("two", START).await.unwrap(), None);
    // Nor does it live shorter because somebody else asked for less.
    let mut sooner = client("three", "a");
    sooner.expires_at = START.plus(MINUTE);
    assert_eq!(nodes.next().register(sooner, 9, START).await.unwrap(), Registration::Known(known));
}

pub(super) async fn one_that_has_expired_is_registered_anew(nodes: Nodes) {
    let one = client("one", "a");
    nodes.next().register(one.clone(), 9, START).await.unwrap();
    let mut two = client("two", "a");
    two.expires_at = one.expires_at.plus(HOUR);
    assert_eq!(nodes.next().register(two.clone(), 9, one.expires_at).await.unwrap(), Registration::New);
    assert_eq!(nodes.next().client("two", one.expires_at).await.unwrap(), Some(two));
}

pub(super) async fn a_client_with_a_secret_is_never_shared(nodes: Nodes) {
    nodes.next().register(client("public", "a"), 9, START).await.unwrap();
    for id in ["one", "two"] {
        let mut secretive = client(id, "a");
        secretive.secret = Some(Digest::of(id));
        let kept = nodes.next().register(secretive.clone(), 9, START).await.unwrap();
        assert_eq!(kept, Registration::New);
        assert_eq!(nodes.next().client(id, START).await.unwrap(), Some(secretive));
    }
    let again = nodes.next().register(client("four", "a"), 9, START).await.unwrap();
    assert_eq!(again, Registration::Known(client("public", "a")));
}

pub(super) async fn f17_the_oldest_that_nobody_has_used_makes_room(nodes: Nodes) {
    for (id, minutes) in [("used", 0), ("younger", 2), ("older", 1)] {
        let mut client = client(id, id);
        client.registered_at = START.plus(MINUTE * minutes);
        nodes.next().register(client, 3, START).await.unwrap();
    }
    nodes.next().keep_client("used", START).await.unwrap();
    let mut new = client("new", "new");
    new.registered_at = START.plus(MINUTE * 3);
    assert_eq!(nodes.next().register(new, 3, START).await.unwrap(), Registration::New);
    for (id, there) in [("used", true), ("younger", true), ("older", false), ("new", true)] {
        assert_eq!(nodes.next().client(id, START).await.unwrap().is_some(), there, "{id}");
    }
}

pub(super) async fn f17_clients_in_use_never_make_room(nodes: Nodes) {
    for id in ["one", "two"] {
        nodes.next().register(client(id, id), 2, START).await.unwrap();
        nodes.next().keep_client(id, START).await.unwrap();
    }
    let full = nodes.next().register(client("three", "three"), 2, START).await.unwrap();
    assert_eq!(full, Registration::Full);
    assert_eq!(nodes.next().client("three", START).await.unwrap(), None);
    assert!(nodes.next().client("one", START).await.unwrap().is_some());
    // The same again needs no room, and those that have expired take none.
    let known = nodes.next().register(client("three", "two"), 2, START).await.unwrap();
    assert!(matches!(known, Registration::Known(two) if two.id == "two"));
    let mut later = client("later", "later");
    later.expires_at = START.plus(HOUR * 2);
    assert_eq!(nodes.next().register(later, 2, START.plus(HOUR)).await.unwrap(), Registration::New);
    assert_eq!(
        nodes.next().register(client("none", "none"), 0, START.plus(HOUR * 9)).await.unwrap(),
        Registration::Full
    );
}

pub(super) async fn a_client_that_is_used_lives_on(nodes: Nodes) {
    nodes.next().register(client("one", "a"), 9, START).await.unwrap();
    nodes.next().keep_client("one", START.plus(HOUR * 3)).await.unwrap();
    nodes.next().keep_client("one", START.plus(HOUR * 2)).await.unwrap();
    nodes.next().keep_client("nobody", START.plus(HOUR)).await.unwrap();
    let mut kept = client("one", "a");
    kept.used = true;
    kept.expires_at = START.plus(HOUR * 3);
    assert_eq!(nodes.next().client("one", START).await.unwrap(), Some(kept));
    assert_eq!(nodes.next().client("nobody", START).await.unwrap(), None);
}

pub(super) async fn an_id_that_is_taken_is_an_error(nodes: Nodes) {
    nodes.next().register(client("one", "a"), 9, START).await.unwrap();
    nodes.next().register(client("one", "b"), 9, START).await.unwrap_err();
    assert_eq!(nodes.next().client("one", START).await.unwrap(), Some(client("one", "a")));
}

pub(super) async fn of_fifty_registrations_of_the_same_one_is_kept(nodes: Nodes) {
    for round in 0..20 {
        let fingerprint = format!("round {round}");
        let results = nodes.race(move |store, number| {
            store.register(client(&format!("{round}-{number}"), &fingerprint), 99, START)
        });
        let results = results.await;
        assert_eq!(results.iter().filter(|result| **result == Registration::New).count(), 1);
        let mut ids: Vec<_> = results
            .into_iter()
            .filter_map(
                |result| if let Registration::Known(client) = result { Some(client.id) } else { None },
            )
            .collect();
        assert_eq!(ids.len(), 49);
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }
}
