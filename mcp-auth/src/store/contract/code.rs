//! Authorization codes.

use std::{
    task::{Context, Waker},
    time::Duration,
};

use super::{
    Nodes,
    sample::{MILLI, START, code, grant, refresh_token},
};
use crate::store::{CodeRecord, Digest, Redemption, Store, StoreFuture};

/// Redeems `name` for the grant and the token of the same name, and `suffix`.
fn redeem<'a>(store: &'a dyn Store, code: &'a CodeRecord, name: &str) -> StoreFuture<'a, Redemption> {
    store.redeem(&code.code, grant(name), refresh_token(name, name), START)
}

/// The code remembers a grant, this grant is there, and so is its first token; or nothing of it.
async fn is_redeemed_wholly(store: &dyn Store, code: &Digest) -> bool {
    let redeemed = store.code(code).await.unwrap().unwrap().redeemed;
    let Some(name) = &redeemed else { return false };
    assert_eq!(store.grant(name).await.unwrap(), Some(grant(name)));
    let token = store.refresh_token(&Digest::of(name)).await.unwrap();
    assert_eq!(token, Some((refresh_token(name, name), grant(name))));
    true
}

pub(super) async fn a_code_is_kept_as_it_is(nodes: Nodes) {
    let mut plain = code("plain");
    plain.upstream = None;
    plain.scopes = Vec::new();
    for code in [code("a"), plain] {
        nodes.next().insert_code(code.clone()).await.unwrap();
        let found = nodes.next().code(&code.code).await.unwrap().unwrap();
        assert_eq!(found.person.name, code.person.name);
        assert_eq!(found, code);
    }
    assert_eq!(nodes.next().code(&Digest::of("unknown")).await.unwrap(), None);
    nodes.next().insert_code(code("a")).await.unwrap_err();
}

pub(super) async fn s40_a_code_is_good_once(nodes: Nodes) {
    let code = code("a");
    nodes.next().insert_code(code.clone()).await.unwrap();
    assert_eq!(redeem(nodes.next(), &code, "first").await.unwrap(), Redemption::Done);
    assert_eq!(redeem(nodes.next(), &code, "second").await.unwrap(), Redemption::Refused);
    assert_eq!(redeem(nodes.next(), &code, "first").await.unwrap(), Redemption::Refused);
    assert_eq!(nodes.next().grant("second").await.unwrap(), None);
    assert_eq!(nodes.next().refresh_token(&Digest::of("second")).await.unwrap(), None);
    // Its end does not make it good again.
    nodes.next().end_grant("first", START).await.unwrap();
    assert_eq!(redeem(nodes.next(), &code, "second").await.unwrap(), Redemption::Refused);
    let unknown = CodeRecord { code: Digest::of("unknown"), ..code };
    assert_eq!(redeem(nodes.next(), &unknown, "second").await.unwrap(), Redemption::Refused);
    assert_eq!(nodes.next().grant("second").await.unwrap(), None);
}

pub(super) async fn s40_a_code_is_too_late_when_it_expires(nodes: Nodes) {
    for (name, now, expected) in [
        ("late", code("").expires_at, Redemption::Refused),
        ("in time", code("").expires_at.minus(MILLI), Redemption::Done),
    ] {
        let code = code(name);
        nodes.next().insert_code(code.clone()).await.unwrap();
        let redeemed = nodes.next().redeem(&code.code, grant(name), refresh_token(name, name), now);
        assert_eq!(redeemed.await.unwrap(), expected, "{name}");
        assert_eq!(is_redeemed_wholly(nodes.next(), &code.code).await, expected == Redemption::Done);
        assert_eq!(nodes.next().grant(name).await.unwrap().is_some(), expected == Redemption::Done);
    }
}

pub(super) async fn c17_grant_and_refresh_token_come_with_the_redemption(nodes: Nodes) {
    let code = code("a");
    nodes.next().insert_code(code.clone()).await.unwrap();
    assert!(!is_redeemed_wholly(nodes.next(), &code.code).await);
    redeem(nodes.next(), &code, "grant").await.unwrap();
    assert!(is_redeemed_wholly(nodes.next(), &code.code).await);
    assert_eq!(nodes.next().grant("grant").await.unwrap().unwrap().person.name, code.person.name);
}

pub(super) async fn f16_an_error_does_not_burn_the_code(nodes: Nodes) {
    let (one, two) = (code("one"), code("two"));
    nodes.next().insert_code(one.clone()).await.unwrap();
    nodes.next().insert_code(two.clone()).await.unwrap();
    redeem(nodes.next(), &one, "grant").await.unwrap();
    // The id of the grant is taken, or the token is for another: the caller's fault, which is no reason to lose the code.
    redeem(nodes.next(), &two, "grant").await.unwrap_err();
    let strange = nodes.next().redeem(&two.code, grant("new"), refresh_token("new", "grant"), START);
    strange.await.unwrap_err();
    assert_eq!(nodes.next().code(&two.code).await.unwrap(), Some(two.clone()));
    assert_eq!(nodes.next().grant("new").await.unwrap(), None);
    assert_eq!(redeem(nodes.next(), &two, "new").await.unwrap(), Redemption::Done);
}

pub(super) async fn s40_f16_c29_t22_of_fifty_redemptions_one_wins(nodes: Nodes) {
    for round in 0..200 {
        let code = code(&format!("round {round}"));
        nodes.next().insert_code(code.clone()).await.unwrap();
        let digest = code.code;
        let results = nodes.race(move |store, number| {
            let (code, name) = (code.clone(), format!("{round}-{number}"));
            Box::pin(async move { redeem(store, &code, &name).await.map(|redeemed| (name, redeemed)) })
        });
        let won: Vec<_> =
            results.await.into_iter().filter(|(_, redeemed)| *redeemed == Redemption::Done).collect();
        assert_eq!(won.len(), 1, "round {round}");
        assert_eq!(nodes.next().code(&digest).await.unwrap().unwrap().redeemed.as_ref(), Some(&won[0].0));
        assert!(is_redeemed_wholly(nodes.next(), &digest).await);
        for number in 0..50 {
            let name = format!("{round}-{number}");
            assert_eq!(nodes.next().grant(&name).await.unwrap().is_some(), name == won[0].0);
        }
    }
}

/// Polled as often as it takes to get somewhere, and then dropped.
pub(super) async fn c50_a_redemption_that_nobody_waits_for_happens_wholly_or_not(nodes: Nodes) {
    for round in 0..60_u32 {
        let name = format!("round {round}");
        let code = code(&name);
        nodes.next().insert_code(code.clone()).await.unwrap();
        {
            let mut abandoned = redeem(nodes.next(), &code, &name);
            for _ in 0..round % 3 {
                if abandoned.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::time::sleep(Duration::from_micros(u64::from(round) * 40)).await;
            }
        }
        // Whatever became of it, it has by now, or is in front of this one.
        let other = redeem(nodes.next(), &code, &format!("other {round}")).await.unwrap();
        assert!(is_redeemed_wholly(nodes.next(), &code.code).await);
        assert_eq!(
            nodes.next().grant(&name).await.unwrap().is_some(),
            other == Redemption::Refused,
            "{name}: the code was good for one of the two"
        );
    }
}
