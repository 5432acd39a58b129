//! Tokens of providers.

use super::{
    Nodes,
    sample::{HOUR, MILLI, MINUTE, START, code, grant, person, refresh_token, session, upstream_token},
};
use crate::store::Redemption;

const SCOPES: &str = "read:user";

pub(super) async fn there_is_one_for_a_person_and_scopes(nodes: Nodes) {
    let me = person("1");
    assert_eq!(nodes.next().upstream_token_id(&me, SCOPES).await.unwrap(), None);
    let first = upstream_token("a", me.clone());
    assert!(nodes.next().put_upstream_token(first.clone()).await.unwrap());
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), Some(first.clone()));
    assert_eq!(nodes.next().upstream_token_id(&me, SCOPES).await.unwrap(), Some("a".to_owned()));
    // Another id for the same: nothing changes.
    let mut other = upstream_token("b", me.clone());
    other.sealed = b"other".to_vec();
    assert!(!nodes.next().put_upstream_token(other).await.unwrap());
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), Some(first.clone()));
    assert_eq!(nodes.next().upstream_token("b").await.unwrap(), None);
    // The same id: replaced, and the version counts on from what is there.
    let mut again = first;
    again.sealed = b"again".to_vec();
    again.expires_at = None;
    assert!(nodes.next().put_upstream_token(again.clone()).await.unwrap());
    again.version = 2;
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), Some(again));
    // Other scopes and other people have theirs.
    let mut more = upstream_token("c", me.clone());
    more.scopes = String::from("read:user repo");
    assert!(nodes.next().put_upstream_token(more).await.unwrap());
    assert!(nodes.next().put_upstream_token(upstream_token("d", person("2"))).await.unwrap());
    assert_eq!(nodes.next().upstream_token_id(&me, "read:user repo").await.unwrap(), Some("c".to_owned()));
    assert_eq!(nodes.next().upstream_token_id(&me, "repo").await.unwrap(), None);
}

pub(super) async fn an_id_is_never_anybody_elses(nodes: Nodes) {
    let mine = upstream_token("a", person("1"));
    nodes.next().put_upstream_token(mine.clone()).await.unwrap();
    assert!(!nodes.next().put_upstream_token(upstream_token("a", person("2"))).await.unwrap());
    let mut more = mine.clone();
    more.scopes = String::from("repo");
    assert!(!nodes.next().put_upstream_token(more).await.unwrap());
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), Some(mine));
    assert_eq!(nodes.next().upstream_token_id(&person("2"), SCOPES).await.unwrap(), None);
}

/// A version of the old token must not be one of the new.
pub(super) async fn an_id_never_comes_back(nodes: Nodes) {
    let token = upstream_token("a", person("1"));
    nodes.next().put_upstream_token(token.clone()).await.unwrap();
    nodes.next().end_upstream_token("a", 1, START).await.unwrap();
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), None);
    assert_eq!(nodes.next().upstream_token_id(&person("1"), SCOPES).await.unwrap(), None);
    assert!(!nodes.next().put_upstream_token(token.clone()).await.unwrap());
    assert!(!nodes.next().swap_upstream_token(token).await.unwrap());
    assert!(nodes.next().put_upstream_token(upstream_token("b", person("1"))).await.unwrap());
    assert_eq!(nodes.next().upstream_token_id(&person("1"), SCOPES).await.unwrap(), Some("b".to_owned()));
}

pub(super) async fn it_is_replaced_by_whoever_has_read_it(nodes: Nodes) {
    let mut token = upstream_token("a", person("1"));
    assert!(!nodes.next().swap_upstream_token(token.clone()).await.unwrap());
    nodes.next().put_upstream_token(token.clone()).await.unwrap();
    token.sealed = b"second".to_vec();
    token.expires_at = Some(START.plus(HOUR * 2));
    assert!(nodes.next().swap_upstream_token(token.clone()).await.unwrap());
    let mut stale = token.clone();
    stale.sealed = b"stale".to_vec();
    assert!(!nodes.next().swap_upstream_token(stale).await.unwrap());
    token.version = 2;
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), Some(token));
}

pub(super) async fn c33_its_end_is_the_end_of_what_uses_it(nodes: Nodes) {
    nodes.next().put_upstream_token(upstream_token("a", person("1"))).await.unwrap();
    for (name, upstream) in [("one", Some("a")), ("two", Some("a")), ("other", Some("b")), ("none", None)] {
        let mut its_code = code(name);
        let mut its_grant = grant(name);
        let mut its_session = session(name);
        its_code.upstream = upstream.map(str::to_owned);
        its_grant.upstream.clone_from(&its_code.upstream);
        its_session.upstream.clone_from(&its_code.upstream);
        nodes.next().insert_session(its_session).await.unwrap();
        nodes.next().insert_code(its_code.clone()).await.unwrap();
        nodes.next().redeem(&its_code.code, its_grant, refresh_token(name, name), START).await.unwrap();
    }
    let mut waiting = code("waiting");
    waiting.upstream = Some("a".to_owned());
    nodes.next().insert_code(waiting.clone()).await.unwrap();

    let now = START.plus(MINUTE).minus(MINUTE / 2);
    let mut ended = nodes.next().end_upstream_token("a", 1, now).await.unwrap();
    ended.sort();
    assert_eq!(ended, ["one", "two"]);
    for (name, over) in [("one", true), ("two", true), ("other", false), ("none", false)] {
        let grant = nodes.next().grant(name).await.unwrap().unwrap();
        assert_eq!(grant.ended_at, over.then_some(now), "{name}");
        let session = nodes.next().session(&session(name).session, now).await.unwrap();
        assert_eq!(session.is_none(), over, "{name}");
        // The replay of a code is still known as one.
        assert!(nodes.next().code(&code(name).code).await.unwrap().is_some());
    }
    // What nobody has redeemed becomes no grant any more.
    let late = nodes.next().redeem(&waiting.code, grant("late"), refresh_token("late", "late"), now);
    assert_eq!(late.await.unwrap(), Redemption::Refused);
    assert_eq!(nodes.next().end_upstream_token("a", 1, now).await.unwrap(), Vec::<String>::new());
}

pub(super) async fn its_end_is_for_the_version_that_was_refused(nodes: Nodes) {
    let token = upstream_token("a", person("1"));
    nodes.next().put_upstream_token(token.clone()).await.unwrap();
    let mut its_session = session("one");
    its_session.upstream = Some("a".to_owned());
    nodes.next().insert_session(its_session.clone()).await.unwrap();
    nodes.next().swap_upstream_token(token).await.unwrap();
    assert_eq!(nodes.next().end_upstream_token("a", 1, START).await.unwrap(), Vec::<String>::new());
    assert_eq!(nodes.next().end_upstream_token("b", 1, START).await.unwrap(), Vec::<String>::new());
    assert_eq!(nodes.next().upstream_token("a").await.unwrap().unwrap().version, 2);
    assert!(nodes.next().session(&its_session.session, START).await.unwrap().is_some());
}

pub(super) async fn of_fifty_who_put_one_is_kept(nodes: Nodes) {
    for round in 0..200 {
        let me = person(&format!("round {round}"));
        let results = nodes.race({
            let me = me.clone();
            move |store, number| {
                store.put_upstream_token(upstream_token(&format!("{round}-{number}"), me.clone()))
            }
        });
        assert_eq!(results.await.into_iter().filter(|kept| *kept).count(), 1, "round {round}");
        assert!(nodes.next().upstream_token_id(&me, SCOPES).await.unwrap().is_some());
    }
}

pub(super) async fn c31_of_fifty_swaps_one_wins(nodes: Nodes) {
    let mut token = upstream_token("a", person("1"));
    nodes.next().put_upstream_token(token.clone()).await.unwrap();
    for round in 1..50 {
        token.version = round;
        let mine = token.clone();
        let results = nodes.race(move |store, _| store.swap_upstream_token(mine.clone()));
        assert_eq!(results.await.into_iter().filter(|swapped| *swapped).count(), 1, "round {round}");
        assert_eq!(nodes.next().upstream_token("a").await.unwrap().unwrap().version, round + 1);
    }
}

pub(super) async fn they_are_listed_and_sealed_anew(nodes: Nodes) {
    for id in ["c", "a", "d", "b"] {
        nodes.next().put_upstream_token(upstream_token(id, person(id))).await.unwrap();
    }
    nodes.next().end_upstream_token("d", 1, START).await.unwrap();
    let ids = async |after, most| {
        let page = nodes.next().upstream_tokens(after, most).await.unwrap();
        page.into_iter().map(|token| token.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 2).await, ["a", "b"]);
    assert_eq!(ids(Some("b"), 2).await, ["c"]);
    assert_eq!(ids(Some("c"), 2).await, Vec::<String>::new());
    let mut token = nodes.next().upstream_token("a").await.unwrap().unwrap();
    assert!(!nodes.next().reseal_upstream_token("a", b"other", b"anew".to_vec()).await.unwrap());
    assert!(nodes.next().reseal_upstream_token("a", &token.sealed, b"anew".to_vec()).await.unwrap());
    assert!(!nodes.next().reseal_upstream_token("a", &token.sealed, b"late".to_vec()).await.unwrap());
    token.sealed = b"anew".to_vec();
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), Some(token.clone()));
    // Whoever has read it before replaces it all the same.
    assert!(nodes.next().swap_upstream_token(token).await.unwrap());
    assert!(!nodes.next().reseal_upstream_token("d", b"", b"anew".to_vec()).await.unwrap());
}

pub(super) async fn it_is_released_when_nobody_uses_it(nodes: Nodes) {
    let mine = upstream_token("a", person("1"));
    nodes.next().put_upstream_token(mine.clone()).await.unwrap();
    nodes.next().put_upstream_token(upstream_token("b", person("2"))).await.unwrap();
    let mut sessions = Vec::new();
    for (name, upstream) in [("one", "a"), ("two", "a"), ("other", "b")] {
        let (mut its_code, mut its_grant, mut its_session) = (code(name), grant(name), session(name));
        its_code.upstream = Some(upstream.to_owned());
        its_grant.upstream = Some(upstream.to_owned());
        its_session.upstream = Some(upstream.to_owned());
        sessions.push(its_session.session);
        nodes.next().insert_session(its_session).await.unwrap();
        nodes.next().insert_code(its_code.clone()).await.unwrap();
        nodes.next().redeem(&its_code.code, its_grant, refresh_token(name, name), START).await.unwrap();
    }
    let mut waiting = code("waiting");
    waiting.upstream = Some("a".to_owned());
    nodes.next().insert_code(waiting.clone()).await.unwrap();
    let release = async |now| nodes.next().release_upstream_token("a", now).await.unwrap();
    assert_eq!(release(START).await, None, "two grants use it");
    nodes.next().end_grant("one", START).await.unwrap();
    assert_eq!(release(START).await, None, "one grant uses it");
    nodes.next().end_grant("two", START).await.unwrap();
    assert_eq!(release(START).await, None, "a code may become a grant that uses it");
    let late = waiting.expires_at;
    assert_eq!(release(late).await, Some(mine));
    assert_eq!(release(late).await, None);
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), None);
    for (session, lives) in sessions.iter().zip([false, false, true]) {
        assert_eq!(nodes.next().session(session, START).await.unwrap().is_some(), lives);
    }
    assert!(nodes.next().upstream_token("b").await.unwrap().is_some());
}

pub(super) async fn c31_one_holds_the_lease_until_its_time_is_over(nodes: Nodes) {
    let lease = |holder: &'static str, until, now| {
        let store = nodes.next();
        async move { store.lease_upstream_token("a", 1, holder, until, now).await.unwrap() }
    };
    let (end, later) = (START.plus(MINUTE), START.plus(HOUR));
    assert!(!lease("one", end, START).await, "there is no token");
    nodes.next().put_upstream_token(upstream_token("a", person("1"))).await.unwrap();
    assert!(lease("one", end, START).await);
    assert!(!lease("two", later, START).await);
    assert!(!lease("two", later, end.minus(MILLI)).await);
    assert!(lease("one", end, START).await, "it may ask again");
    assert!(lease("two", later, end).await, "a holder that died is waited for until its time is over");
    assert!(!lease("one", later, end).await, "and comes too late");
    assert!(lease("two", end, end).await, "given back");
    assert!(lease("one", later, end).await);
}

pub(super) async fn c31_a_lease_ends_with_the_version(nodes: Nodes) {
    let until = START.plus(HOUR);
    let lease = |version, holder: &'static str| {
        let store = nodes.next();
        async move { store.lease_upstream_token("a", version, holder, until, START).await.unwrap() }
    };
    let token = upstream_token("a", person("1"));
    nodes.next().put_upstream_token(token.clone()).await.unwrap();
    assert!(!lease(0, "one").await && !lease(2, "one").await, "of this version only");
    assert!(lease(1, "one").await);
    assert!(nodes.next().swap_upstream_token(token.clone()).await.unwrap());
    assert!(!lease(1, "two").await);
    assert!(lease(2, "two").await, "the renewal is over");
    assert!(nodes.next().put_upstream_token(token).await.unwrap());
    assert!(lease(3, "three").await, "a new sign-in is no renewal");
    nodes.next().end_upstream_token("a", 3, START).await.unwrap();
    assert!(!lease(3, "three").await);
}

pub(super) async fn c31_of_fifty_who_want_the_lease_one_has_it(nodes: Nodes) {
    nodes.next().put_upstream_token(upstream_token("a", person("1"))).await.unwrap();
    for round in 0..50 {
        let now = START.plus(MINUTE * round);
        let holders: Vec<&'static str> = (0..50).map(|number| &*format!("{round}-{number}").leak()).collect();
        let results = nodes.race(move |store, number| {
            store.lease_upstream_token("a", 1, holders[number], now.plus(MINUTE), now)
        });
        assert_eq!(results.await.into_iter().filter(|leased| *leased).count(), 1, "round {round}");
    }
}
