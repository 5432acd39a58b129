//! What was answered is there after a crash. Only for stores that say how to crash.

use std::time::Duration;

use super::{
    Nodes,
    grant::begin,
    sample::{
        MINUTE, RESOURCE, START, client, code, consent, grant, key, person, refresh_token, session, sign_in,
        upstream_token,
    },
};
use crate::store::{AssertionRecord, AssertionUse, Digest, Redemption, Registration, Rotation};

pub(super) async fn c17_a_redemption_that_was_answered_survives_a_crash(nodes: Nodes) {
    begin(&nodes, "one").await;
    nodes.next().insert_code(code("waiting")).await.unwrap();
    let Some(nodes) = nodes.crashed().await else { return };
    let found = nodes.next().code(&Digest::of("one")).await.unwrap().unwrap();
    assert_eq!(found.redeemed.as_deref(), Some("one"));
    assert_eq!(nodes.next().grant("one").await.unwrap(), Some(grant("one")));
    let one = Digest::of("one");
    let again = nodes.next().redeem(&one, grant("two"), refresh_token("two", "two"), START);
    assert_eq!(again.await.unwrap(), Redemption::Refused);
    let token = nodes.next().refresh_token(&one).await.unwrap();
    assert_eq!(token, Some((refresh_token("one", "one"), grant("one"))));
    begin_waiting(&nodes).await;
}

async fn begin_waiting(nodes: &Nodes) {
    let waiting = Digest::of("waiting");
    let done = nodes.next().redeem(&waiting, grant("waiting"), refresh_token("waiting", "waiting"), START);
    assert_eq!(done.await.unwrap(), Redemption::Done);
}

pub(super) async fn c18_a_rotation_that_was_answered_survives_a_crash(nodes: Nodes) {
    begin(&nodes, "one").await;
    let one = Digest::of("one");
    let rotated = nodes.next().rotate(&one, refresh_token("two", "one"), b"sealed".to_vec(), MINUTE, START);
    assert_eq!(rotated.await.unwrap(), Rotation::Rotated);
    let Some(nodes) = nodes.crashed().await else { return };
    // The answer may have been lost with the process: whoever asks again gets the same.
    let again = nodes.next().rotate(&one, refresh_token("three", "one"), Vec::new(), MINUTE, START);
    assert_eq!(again.await.unwrap(), Rotation::Repeated { sealed: b"sealed".to_vec() });
    let two = Digest::of("two");
    let next = nodes.next().rotate(&two, refresh_token("three", "one"), Vec::new(), Duration::ZERO, START);
    assert_eq!(next.await.unwrap(), Rotation::Rotated);
    let reused = nodes.next().rotate(&one, refresh_token("four", "one"), Vec::new(), MINUTE, START);
    assert_eq!(reused.await.unwrap(), Rotation::Reused { grant: "one".to_owned() });
}

pub(super) async fn c19_an_end_that_was_answered_survives_a_crash(nodes: Nodes) {
    for name in ["ended", "reused", "alive"] {
        begin(&nodes, name).await;
    }
    assert!(nodes.next().end_grant("ended", START).await.unwrap());
    let reused = Digest::of("reused");
    for to in ["two", "three"] {
        let successor = refresh_token(to, "reused");
        nodes.next().rotate(&reused, successor, Vec::new(), Duration::ZERO, START).await.unwrap();
    }
    nodes.next().insert_session(session("one")).await.unwrap();
    nodes.next().end_session(&Digest::of("one")).await.unwrap();
    let Some(nodes) = nodes.crashed().await else { return };
    for (name, ended) in [("ended", true), ("reused", true), ("alive", false)] {
        let found = nodes.next().grant(name).await.unwrap().unwrap();
        assert_eq!(found.ended_at.is_some(), ended, "{name}");
    }
    assert_eq!(nodes.next().grants_ended_since(START).await.unwrap().len(), 2);
    let ended = Digest::of("ended");
    let refused = nodes.next().rotate(&ended, refresh_token("four", "ended"), Vec::new(), MINUTE, START);
    assert_eq!(refused.await.unwrap(), Rotation::Refused);
    assert_eq!(nodes.next().session(&Digest::of("one"), START).await.unwrap(), None);
}

pub(super) async fn c20_a_registration_that_was_answered_survives_a_crash(nodes: Nodes) {
    let mut secretive = client("two", "b");
    secretive.secret = Some(Digest::of("secret"));
    for client in [client("one", "a"), secretive.clone()] {
        assert_eq!(nodes.next().register(client, 9, START).await.unwrap(), Registration::New);
    }
    nodes.next().remember_consent(consent(person("1"), "one")).await.unwrap();
    nodes.next().insert_first_key(key("key", "sign")).await.unwrap();
    let used = AssertionRecord {
        client_id: "two".to_owned(),
        jti: Digest::of("jti"),
        expires_at: START.plus(MINUTE),
    };
    assert_eq!(nodes.next().use_assertion(used.clone(), 9, START).await.unwrap(), AssertionUse::First);
    let Some(nodes) = nodes.crashed().await else { return };
    assert_eq!(nodes.next().client("one", START).await.unwrap(), Some(client("one", "a")));
    assert_eq!(nodes.next().client("two", START).await.unwrap(), Some(secretive));
    assert!(nodes.next().consent(&person("1"), "one", RESOURCE).await.unwrap().is_some());
    assert_eq!(nodes.next().keys("sign").await.unwrap(), [key("key", "sign")]);
    assert_eq!(nodes.next().use_assertion(used, 9, START).await.unwrap(), AssertionUse::Again);
}

pub(super) async fn c15_upstream_tokens_and_sign_ins_that_were_answered_survive_a_crash(nodes: Nodes) {
    let token = upstream_token("a", person("1"));
    assert!(nodes.next().put_upstream_token(token.clone()).await.unwrap());
    assert!(nodes.next().swap_upstream_token(token.clone()).await.unwrap());
    nodes.next().put_upstream_token(upstream_token("b", person("2"))).await.unwrap();
    nodes.next().end_upstream_token("b", 1, START).await.unwrap();
    let (waiting, taken) = (sign_in("waiting"), sign_in("taken"));
    nodes.next().begin_sign_in(waiting.clone(), 9, START).await.unwrap();
    nodes.next().begin_sign_in(taken.clone(), 9, START).await.unwrap();
    nodes.next().take_sign_in(&taken.state, &taken.browser, START).await.unwrap();
    let Some(nodes) = nodes.crashed().await else { return };
    assert_eq!(nodes.next().upstream_token("a").await.unwrap().unwrap().version, 2);
    assert!(
        !nodes.next().swap_upstream_token(token).await.unwrap(),
        "the version of before is not good again"
    );
    assert!(!nodes.next().put_upstream_token(upstream_token("b", person("2"))).await.unwrap());
    assert_eq!(nodes.next().take_sign_in(&taken.state, &taken.browser, START).await.unwrap(), None);
    let found = nodes.next().take_sign_in(&waiting.state, &waiting.browser, START).await.unwrap();
    assert_eq!(found, Some(waiting));
}
