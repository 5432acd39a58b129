//! Clocks that jump: back by an hour, to 1970, to the end of time, and two that differ.

use std::time::Duration;

use super::{
    Nodes,
    grant::begin,
    sample::{
        DAY, HOUR, MINUTE, START, client, code, grant, person, refresh_token, session, sign_in,
        upstream_token,
    },
};
use crate::store::{AssertionRecord, AssertionUse, Digest, Redemption, Rotation, Store, Timestamp};

const FIRST: Timestamp = Timestamp::from_millis(0);
const LAST: Timestamp = Timestamp::from_millis(u64::MAX);

async fn expire(nodes: &Nodes, now: Timestamp) {
    while nodes.next().expire(now, 99).await.unwrap() > 0 {}
}

/// A code that was good for a minute, a session, a sign-in and a client: removed by a clock that is far ahead, and gone also
/// for one that is right again.
pub(super) async fn c27_a_clock_that_goes_back_revives_nothing_that_was_removed(nodes: Nodes) {
    nodes.next().insert_code(code("one")).await.unwrap();
    nodes.next().insert_session(session("one")).await.unwrap();
    nodes.next().begin_sign_in(sign_in("one"), 9, START).await.unwrap();
    nodes.next().register(client("one", "a"), 9, START).await.unwrap();
    expire(&nodes, START.plus(DAY * 2)).await;
    let one = Digest::of("one");
    for now in [START.plus(DAY * 2).minus(HOUR), START, FIRST] {
        let redeemed = nodes.next().redeem(&one, grant("one"), refresh_token("one", "one"), now);
        assert_eq!(redeemed.await.unwrap(), Redemption::Refused);
        assert_eq!(nodes.next().session(&one, now).await.unwrap(), None);
        assert_eq!(nodes.next().take_sign_in(&one, &Digest::of("browser"), now).await.unwrap(), None);
        assert_eq!(nodes.next().client("one", now).await.unwrap(), None);
    }
    assert_eq!(nodes.next().grant("one").await.unwrap(), None);
}

/// Redeemed, revoked, rotated, taken: none of these is a question of time.
pub(super) async fn c27_what_ended_stays_ended_whatever_the_clock_says(nodes: Nodes) {
    for name in ["ended", "alive"] {
        begin(&nodes, name).await;
    }
    nodes.next().end_grant("ended", START).await.unwrap();
    let sign_in = sign_in("one");
    nodes.next().begin_sign_in(sign_in.clone(), 9, START).await.unwrap();
    nodes.next().take_sign_in(&sign_in.state, &sign_in.browser, START).await.unwrap();
    let alive = Digest::of("alive");
    for to in ["two", "three"] {
        // The second use closes the grace of the first, so that no clock can open it again.
        let from = if to == "two" { alive } else { Digest::of("two") };
        let rotated = nodes.next().rotate(&from, refresh_token(to, "alive"), Vec::new(), HOUR, START);
        assert_eq!(rotated.await.unwrap(), Rotation::Rotated);
    }
    for now in [START.minus(HOUR), FIRST, START.plus(HOUR), LAST] {
        for name in ["ended", "alive"] {
            let code = Digest::of(name);
            let again = nodes.next().redeem(&code, grant("again"), refresh_token("again", "again"), now);
            assert_eq!(again.await.unwrap(), Redemption::Refused, "{name} at {now:?}");
        }
        let ended = Digest::of("ended");
        let rotated = nodes.next().rotate(&ended, refresh_token("again", "ended"), Vec::new(), HOUR, now);
        assert_eq!(rotated.await.unwrap(), Rotation::Refused, "at {now:?}");
        assert!(!nodes.next().end_grant("ended", now).await.unwrap());
        assert_eq!(nodes.next().take_sign_in(&sign_in.state, &sign_in.browser, now).await.unwrap(), None);
    }
    assert_eq!(nodes.next().grant("ended").await.unwrap().unwrap().ended_at, Some(START));
    let reused = nodes.next().rotate(&alive, refresh_token("again", "alive"), Vec::new(), HOUR, FIRST);
    assert_eq!(reused.await.unwrap(), Rotation::Reused { grant: "alive".to_owned() });
}

/// No verb overflows, panics or fails because the machine believes in 1970 or in nonsense.
pub(super) async fn c27_at_either_end_of_time_every_verb_answers(nodes: Nodes) {
    for (name, now) in [("first", FIRST), ("last", LAST)] {
        ask_everything(nodes.next(), name, now).await;
    }
    expire(&nodes, START).await;
}

async fn ask_everything(store: &dyn Store, name: &str, now: Timestamp) {
    let (digest, end) = (Digest::of(name), now.plus(MINUTE));
    let lives = now < end;
    let mut its_client = client(name, name);
    its_client.expires_at = end;
    store.register(its_client, 9, now).await.unwrap();
    assert_eq!(store.client(name, now).await.unwrap().is_some(), lives);
    store.keep_client(name, end.plus(DAY)).await.unwrap();
    let mut its_sign_in = sign_in(name);
    its_sign_in.expires_at = end;
    store.begin_sign_in(its_sign_in.clone(), 9, now).await.unwrap();
    assert_eq!(store.sign_in(&digest, now).await.unwrap().is_some(), lives);
    let taken = store.take_sign_in(&digest, &its_sign_in.browser, now).await.unwrap();
    assert_eq!(taken.is_some(), lives);
    let mut its_session = session(name);
    its_session.expires_at = end;
    store.insert_session(its_session).await.unwrap();
    assert_eq!(store.session(&digest, now).await.unwrap().is_some(), lives);
    let (mut its_code, mut its_grant, mut token) = (code(name), grant(name), refresh_token(name, name));
    its_code.expires_at = end;
    (its_grant.created_at, its_grant.expires_at) = (now, end);
    (token.issued_at, token.expires_at) = (now, end);
    store.insert_code(its_code).await.unwrap();
    let redeemed = store.redeem(&digest, its_grant, token.clone(), now).await.unwrap();
    assert_eq!(redeemed == Redemption::Done, lives);
    token.token = Digest::of(format!("{name} two"));
    let rotated = store.rotate(&digest, token, Vec::new(), Duration::MAX, now).await.unwrap();
    assert_eq!(rotated == Rotation::Rotated, lives);
    assert_eq!(store.end_grant(name, now).await.unwrap(), lives);
    assert!(store.grants_ended_since(now).await.unwrap().len() <= 1);
    let mut upstream = upstream_token(name, person(name));
    upstream.expires_at = Some(end);
    assert!(store.put_upstream_token(upstream).await.unwrap());
    assert_eq!(store.end_upstream_token(name, 1, now).await.unwrap(), Vec::<String>::new());
    let assertion = AssertionRecord { client_id: name.to_owned(), jti: digest, expires_at: end };
    assert_eq!(store.use_assertion(assertion, 9, now).await.unwrap(), AssertionUse::First);
    store.expire(now, 0).await.unwrap();
}

/// One node is half a minute behind: a code still has one winner, and the refresh token of one node is good at the other.
pub(super) async fn c28_nodes_whose_clocks_differ_agree_on_one_winner(nodes: Nodes) {
    let skew = MINUTE / 2;
    let at = move |number: usize| if number.is_multiple_of(2) { START } else { START.minus(skew) };
    for round in 0..20 {
        let name = format!("round {round}");
        nodes.next().insert_code(code(&name)).await.unwrap();
        let results = nodes.race(move |store, number| {
            let (code, id) = (Digest::of(format!("round {round}")), format!("{round}-{number}"));
            Box::pin(async move {
                let token = refresh_token(&id, &id);
                Ok((store.redeem(&code, grant(&id), token, at(number)).await?, id))
            })
        });
        let mut won: Vec<_> =
            results.await.into_iter().filter(|(redemption, _)| *redemption == Redemption::Done).collect();
        assert_eq!(won.len(), 1, "{name}");
        let (_, id) = won.remove(0);
        let results = nodes.race(move |store, number| {
            let (token, id) = (Digest::of(&id), id.clone());
            let successor = refresh_token(&format!("{id}-{number}"), &id);
            Box::pin(async move { store.rotate(&token, successor, Vec::new(), MINUTE, at(number)).await })
        });
        let results = results.await;
        let rotated = results.iter().filter(|rotation| **rotation == Rotation::Rotated).count();
        assert_eq!(rotated, 1, "{name}");
        assert!(
            results.iter().all(|rotation| matches!(rotation, Rotation::Rotated | Rotation::Repeated { .. })),
            "nobody's clock makes a racer a thief: {name}"
        );
    }
}
