//! Hygiene: what is removed, and what a replay is recognised by.

use std::time::Duration;

use super::{
    Nodes,
    grant::begin,
    sample::{
        DAY, HOUR, MILLI, RESOURCE, START, client, code, consent, grant, key, person, refresh_token, session,
        sign_in, upstream_token,
    },
};
use crate::store::{Digest, Redemption, Rotation, Timestamp};

async fn expire(nodes: &Nodes, now: Timestamp) -> usize {
    let mut removed = 0;
    loop {
        match nodes.next().expire(now, 3).await.unwrap() {
            0 => return removed,
            some => removed += some,
        }
    }
}

/// One of everything.
async fn fill(nodes: &Nodes) {
    nodes.next().register(client("client", "a"), 9, START).await.unwrap();
    nodes.next().remember_consent(consent(person("1"), "client")).await.unwrap();
    nodes.next().begin_sign_in(sign_in("one"), 9, START).await.unwrap();
    nodes.next().insert_session(session("one")).await.unwrap();
    nodes.next().insert_code(code("waiting")).await.unwrap();
    begin(nodes, "one").await;
    let one = Digest::of("one");
    let rotated = nodes.next().rotate(&one, refresh_token("two", "one"), Vec::new(), HOUR, START);
    rotated.await.unwrap();
    nodes.next().put_upstream_token(upstream_token("upstream", person("1"))).await.unwrap();
    nodes.next().insert_first_key(key("key", "sign")).await.unwrap();
}

pub(super) async fn a_store_that_works_says_so_and_goes_on_after_a_flush(nodes: Nodes) {
    nodes.next().check().await.unwrap();
    fill(&nodes).await;
    nodes.next().flush().await.unwrap();
    nodes.next().check().await.unwrap();
    assert!(nodes.next().code(&Digest::of("waiting")).await.unwrap().is_some());
}

pub(super) async fn nothing_that_lives_is_removed(nodes: Nodes) {
    fill(&nodes).await;
    assert_eq!(expire(&nodes, sign_in("one").expires_at.minus(MILLI)).await, 0);
    assert!(nodes.next().sign_in(&Digest::of("one"), START).await.unwrap().is_some());
}

pub(super) async fn everything_goes_in_the_end_and_never_more_at_once_than_asked(nodes: Nodes) {
    fill(&nodes).await;
    for number in 0..10 {
        nodes.next().insert_session(session(&format!("number {number}"))).await.unwrap();
    }
    let end = grant("one").expires_at.plus(DAY);
    assert_eq!(nodes.next().expire(end, 0).await.unwrap(), 0);
    let mut removed = 0;
    loop {
        let some = nodes.next().expire(end, 4).await.unwrap();
        assert!(some <= 4, "{some}");
        removed += some;
        if some == 0 {
            break;
        }
    }
    // A client, its consent, a sign-in, eleven sessions, two codes, a grant and two refresh tokens.
    assert_eq!(removed, 19);
    assert_eq!(nodes.next().grant("one").await.unwrap(), None);
    assert_eq!(nodes.next().refresh_token(&Digest::of("two")).await.unwrap(), None);
    assert_eq!(nodes.next().code(&Digest::of("one")).await.unwrap(), None);
    // These do not end by the clock.
    assert_eq!(nodes.next().keys("sign").await.unwrap(), [key("key", "sign")]);
    assert!(nodes.next().upstream_token("upstream").await.unwrap().is_some());
}

pub(super) async fn s40_a_redeemed_code_is_known_as_long_as_its_grant(nodes: Nodes) {
    begin(&nodes, "one").await;
    let last = grant("one").expires_at;
    expire(&nodes, last).await;
    let code = Digest::of("one");
    let again = nodes.next().redeem(&code, grant("two"), refresh_token("two", "two"), START);
    assert_eq!(again.await.unwrap(), Redemption::Refused);
    let known = nodes.next().code(&code).await.unwrap().unwrap();
    assert_eq!(known.redeemed.as_deref(), Some("one"));
}

pub(super) async fn s52_a_rotated_token_is_known_as_long_as_its_grant(nodes: Nodes) {
    begin(&nodes, "one").await;
    let rotate = |from: &'static str, to: &'static str, now| {
        let nodes = &nodes;
        async move {
            let from = Digest::of(from);
            nodes
                .next()
                .rotate(&from, refresh_token(to, "one"), Vec::new(), Duration::ZERO, now)
                .await
                .unwrap()
        }
    };
    assert_eq!(rotate("one", "two", START).await, Rotation::Rotated);
    assert_eq!(rotate("two", "three", START).await, Rotation::Rotated);
    let last = grant("one").expires_at.minus(MILLI);
    expire(&nodes, last).await;
    assert_eq!(rotate("one", "four", last).await, Rotation::Reused { grant: "one".to_owned() });
}

pub(super) async fn a_code_is_known_for_a_day(nodes: Nodes) {
    let code = code("one");
    nodes.next().insert_code(code.clone()).await.unwrap();
    assert_eq!(expire(&nodes, code.expires_at.plus(DAY).minus(MILLI)).await, 0);
    assert_eq!(nodes.next().code(&code.code).await.unwrap(), Some(code.clone()));
    assert_eq!(expire(&nodes, code.expires_at.plus(DAY)).await, 1);
    assert_eq!(nodes.next().code(&code.code).await.unwrap(), None);
}

pub(super) async fn a_grant_that_ended_is_told_for_a_day(nodes: Nodes) {
    begin(&nodes, "one").await;
    let end = START.plus(HOUR);
    nodes.next().end_grant("one", end).await.unwrap();
    assert_eq!(expire(&nodes, end.plus(DAY).minus(MILLI)).await, 0);
    assert_eq!(nodes.next().grants_ended_since(end).await.unwrap().len(), 1);
    // The grant, its code and its token.
    assert_eq!(expire(&nodes, end.plus(DAY)).await, 3);
    assert_eq!(nodes.next().grants_ended_since(end).await.unwrap(), []);
}

pub(super) async fn consents_go_with_a_registered_client(nodes: Nodes) {
    nodes.next().register(client("client", "a"), 9, START).await.unwrap();
    nodes.next().remember_consent(consent(person("1"), "client")).await.unwrap();
    // One that describes itself by a document is in no table, and expires never.
    nodes.next().remember_consent(consent(person("1"), "https://client.example.com/")).await.unwrap();
    assert_eq!(expire(&nodes, client("client", "a").expires_at).await, 2);
    assert_eq!(nodes.next().consent(&person("1"), "client", RESOURCE).await.unwrap(), None);
    let me = person("1");
    let other = nodes.next().consent(&me, "https://client.example.com/", RESOURCE);
    assert!(other.await.unwrap().is_some());
}

/// A token of a sign-in that was never finished, or whose grants and sessions have all ended.
pub(super) async fn c15_a_token_that_nothing_uses_for_a_day_ends(nodes: Nodes) {
    nodes.next().put_upstream_token(upstream_token("a", person("1"))).await.unwrap();
    assert_eq!(expire(&nodes, START).await, 0);
    // A new sign-in begins the day anew.
    nodes.next().put_upstream_token(upstream_token("a", person("1"))).await.unwrap();
    assert_eq!(expire(&nodes, START.plus(DAY)).await, 0);
    assert_eq!(expire(&nodes, START.plus(DAY * 2).minus(MILLI)).await, 0);
    assert!(nodes.next().upstream_token("a").await.unwrap().is_some());
    assert_eq!(expire(&nodes, START.plus(DAY * 2)).await, 1);
    assert_eq!(nodes.next().upstream_token("a").await.unwrap(), None);
    let again = nodes.next().put_upstream_token(upstream_token("a", person("1")));
    assert!(!again.await.unwrap(), "its id never comes back");
    assert_eq!(expire(&nodes, START.plus(DAY * 3)).await, 1);
}

pub(super) async fn a_token_that_is_used_stays(nodes: Nodes) {
    let last = grant("one").expires_at;
    for (number, id) in ["code", "grant", "session"].into_iter().enumerate() {
        nodes.next().put_upstream_token(upstream_token(id, person(&number.to_string()))).await.unwrap();
    }
    let mut its_code = code("code");
    its_code.upstream = Some("code".to_owned());
    its_code.expires_at = last;
    nodes.next().insert_code(its_code).await.unwrap();
    let mut its_session = session("session");
    its_session.upstream = Some("session".to_owned());
    its_session.expires_at = last;
    nodes.next().insert_session(its_session).await.unwrap();
    begin(&nodes, "one").await;
    let mut its_grant = grant("two");
    its_grant.upstream = Some("grant".to_owned());
    its_grant.expires_at = last;
    nodes.next().insert_code(code("two")).await.unwrap();
    let two = Digest::of("two");
    let redeemed = nodes.next().redeem(&two, its_grant, refresh_token("two", "two"), START);
    assert_eq!(redeemed.await.unwrap(), Redemption::Done);

    let mut now = START;
    while now < last {
        expire(&nodes, now).await;
        now = now.plus(DAY / 2);
    }
    for id in ["code", "grant", "session"] {
        assert!(nodes.next().upstream_token(id).await.unwrap().is_some(), "{id}");
    }
    expire(&nodes, last).await;
    expire(&nodes, last.plus(DAY)).await;
    expire(&nodes, last.plus(DAY * 2)).await;
    for id in ["code", "grant", "session"] {
        assert!(nodes.next().upstream_token(id).await.unwrap().is_none(), "{id}");
    }
}
