//! C1 to C5, C7: keys over the network.

use std::time::Duration;

use serde_json::json;

use super::{
    NOW, Reason, Signer, assert_refused,
    bench::{Bench, SECOND, assert_unavailable, keys_of, server},
    good_claims,
    log::Log,
    signer::key_set,
    stub::{Answer, Stub},
};
use crate::clock::Clock;

#[tokio::test]
async fn keys_are_fetched_for_the_first_caller_and_once_for_many() {
    let bench = Bench::start(keys_of(&[Signer::es256()]).after(Duration::from_millis(100))).await;
    assert!(!bench.authenticator.is_ready());
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let (authenticator, token) =
                (bench.authenticator.clone(), bench.fresh_token(Signer::es256(), number));
            tokio::spawn(async move { authenticator.authenticate(&token).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().expect("all of them wait for one fetch");
    }
    assert_eq!(bench.stub.key_requests(), 1);
    assert!(bench.authenticator.is_ready());
}

#[tokio::test]
async fn warm_fetches_before_anybody_calls() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.authenticator.warm();
    bench.settle(1).await;
    assert!(bench.authenticator.is_ready());
    bench.authenticator.warm();
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    assert_eq!(bench.stub.key_requests(), 1);
}

#[tokio::test]
async fn c1_issuer_down_keeps_old_keys_until_they_are_too_old() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    let token = bench.token(Signer::es256());
    bench.judge(&token).await.unwrap();
    bench.stub.set_keys(Answer::text(500, "down"));
    for hour in 1..24 {
        bench.clock.advance(3600 * SECOND);
        for call in 0..20 {
            bench.judge(&token).await.expect("a token that is remembered");
            bench.judge(&bench.fresh_token(Signer::es256(), hour * 100 + call)).await.expect("a new token");
        }
    }
    bench.clock.advance(3700 * SECOND);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!bench.authenticator.is_ready());
    assert!(bench.authenticator.cached(&token).is_none());
    assert_unavailable(&bench.judge(&token).await, 30 * SECOND);
    // And it heals.
    bench.stub.set_keys(keys_of(&[Signer::es256()]));
    bench.clock.advance(31 * SECOND);
    bench.judge(&token).await.expect("the issuer is back");
}

#[tokio::test]
async fn c2_issuer_down_at_start_is_503_and_heals_alone() {
    // The port of a server that is gone: connections are refused.
    let gone = Stub::start(keys_of(&[])).await;
    let (address, url, keys_url) = (gone.address, gone.url.clone(), gone.keys_url());
    drop(gone);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let clock = Clock::fixed(NOW);
    let authenticator = server(&url, &keys_url, &clock);
    let mut claims = good_claims();
    claims["iss"] = json!(url);
    let token = Signer::es256().sign(&claims);
    assert!(!authenticator.is_ready());
    assert_unavailable(&authenticator.authenticate(&token).await, 30 * SECOND);
    assert_unavailable(&authenticator.authenticate(&token).await, 30 * SECOND);
    // What needs no key is still told.
    claims["exp"] = json!(NOW - 100);
    let expired = authenticator.authenticate(&Signer::es256().sign(&claims)).await;
    assert_refused(&expired, Reason::Expired, "an expired token is never a matter of keys");

    let _stub = Stub::start_at(address, keys_of(&[Signer::es256()])).await;
    clock.advance(2 * SECOND);
    authenticator.authenticate(&token).await.expect("the issuer has started");
    assert!(authenticator.is_ready());
}

#[tokio::test]
async fn c3_slow_issuer_slows_only_those_who_need_it() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    bench.stub.set_keys(keys_of(&[Signer::es256()]).after(4 * SECOND));
    bench.clock.advance(601 * SECOND); // a refresh is due

    let before = Duration::from_millis(250);
    for number in 0..50 {
        let token = bench.fresh_token(Signer::es256(), number);
        let quick = tokio::time::timeout(before, bench.judge(&token)).await;
        quick.expect("a known key waits for nobody").expect("and the token is good");
    }
    let unknown = Signer::generate_es256("new");
    let token = bench.token(&unknown);
    let result = tokio::time::timeout(2 * SECOND, bench.judge(&token)).await.expect("the wait has an end");
    assert_unavailable(&result, 30 * SECOND);
    assert_eq!(bench.stub.key_requests(), 2, "one fetch in flight");
}

#[tokio::test]
async fn c4_rotated_key_is_found_with_the_first_token() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    let next = Signer::generate_es256("ec-next");
    bench.stub.set_keys(keys_of(&[Signer::es256(), &next]));
    bench.clock.advance(31 * SECOND);
    bench.judge(&bench.token(&next)).await.expect("the same request fetches the key");
    bench.judge(&bench.token(Signer::es256())).await.expect("the old one is still there");
    assert_eq!(bench.stub.key_requests(), 2);
}

#[tokio::test]
async fn c5_unknown_key_during_the_cool_down_is_401_because_the_issuer_was_just_heard() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    let next = Signer::generate_es256("ec-next");
    bench.stub.set_keys(keys_of(&[Signer::es256(), &next]));
    assert_refused(&bench.judge(&bench.token(&next)).await, Reason::UnknownKey, "within the cool-down");
    assert_eq!(bench.stub.key_requests(), 1);
    bench.clock.advance(30 * SECOND);
    bench.judge(&bench.token(&next)).await.expect("after it");
}

#[tokio::test]
async fn c5_unknown_key_while_the_issuer_fails_is_503() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    bench.stub.set_keys(Answer::text(502, "bad gateway"));
    bench.clock.advance(31 * SECOND);
    let next = Signer::generate_es256("ec-next");
    assert_unavailable(&bench.judge(&bench.token(&next)).await, 30 * SECOND);
    assert_unavailable(&bench.judge(&bench.token(&next)).await, 30 * SECOND);
    assert_eq!(bench.stub.key_requests(), 2, "the cool-down holds for failures");
    bench.judge(&bench.fresh_token(Signer::es256(), 1)).await.expect("known keys serve on");
}

#[tokio::test]
async fn c7_withdrawn_key_dies_with_the_next_refresh_also_for_remembered_tokens() {
    let (old, new) = (Signer::es256(), Signer::generate_es256("ec-new"));
    let bench = Bench::start(keys_of(&[old, &new])).await;
    let (token, good) = (bench.token(old), bench.token(&new));
    bench.judge(&token).await.unwrap();
    bench.judge(&good).await.unwrap();
    bench.stub.set_keys(keys_of(&[&new]));
    bench.clock.advance(599 * SECOND);
    assert!(bench.authenticator.cached(&token).is_some(), "the keys are fresh");
    assert_eq!(bench.stub.key_requests(), 1);
    bench.clock.advance(SECOND);
    bench.authenticator.cached(&token); // remembered tokens start the refresh too
    bench.settle(2).await;
    assert!(bench.authenticator.cached(&token).is_none());
    assert_refused(&bench.judge(&token).await, Reason::UnknownKey, "withdrawn");
    bench.judge(&good).await.expect("the other key is verified anew");
}

#[tokio::test]
async fn c7_replaced_key_under_the_same_id_dies_too() {
    let (old, new) = (Signer::generate_es256("same"), Signer::generate_es256("same"));
    let bench = Bench::start(keys_of(&[&old])).await;
    let token = bench.token(&old);
    bench.judge(&token).await.unwrap();
    bench.stub.set_keys(keys_of(&[&new]));
    bench.clock.advance(600 * SECOND);
    bench.authenticator.cached(&token);
    bench.settle(2).await;
    assert_refused(&bench.judge(&token).await, Reason::BadSignature, "another key");
    bench.judge(&bench.token(&new)).await.expect("the new one");
}

#[tokio::test]
async fn c7_after_a_long_silence_the_first_caller_waits_for_fresh_keys() {
    let (old, new) = (Signer::es256(), Signer::generate_es256("ec-new"));
    let bench = Bench::start(keys_of(&[old])).await;
    let token = bench.token(old);
    bench.judge(&token).await.unwrap();
    bench.stub.set_keys(keys_of(&[&new]));
    bench.clock.advance(5 * 3600 * SECOND);
    assert_refused(&bench.judge(&token).await, Reason::UnknownKey, "withdrawn while nobody asked");
    assert_eq!(bench.stub.key_requests(), 2);
}

#[tokio::test]
async fn c7_after_a_long_silence_no_refusal_rests_on_old_keys_either() {
    let good = Signer::generate_es256("same");
    let mut of_another_algorithm = Signer::eddsa().jwk.clone();
    of_another_algorithm["kid"] = json!("same");
    let several = [good.jwk.clone(), Signer::generate_es256("second").jwk];
    let without_id = json!({"alg": "ES256", "typ": "at+jwt"});
    for (keys, header, reason) in [
        (key_set(&[of_another_algorithm]), good.header(), Reason::Algorithm),
        (key_set(&several), without_id, Reason::AmbiguousKey),
    ] {
        let bench = Bench::start(Answer::json(&keys)).await;
        let token = good.sign_with_header(&header, &bench.claims("alice"));
        assert_refused(&bench.judge(&token).await, reason, "with the keys of now");
        bench.stub.set_keys(keys_of(&[&good]));
        bench.clock.advance(60 * SECOND);
        assert_refused(&bench.judge(&token).await, reason, "known keys answer at once");
        assert_eq!(bench.stub.key_requests(), 1, "such tokens cost the issuer nothing");
        bench.clock.advance(5 * 3600 * SECOND);
        bench.judge(&token).await.expect("the keys have changed while nobody asked");
        assert_eq!(bench.stub.key_requests(), 2);
    }
}

#[tokio::test]
async fn refresh_follows_cache_control_within_bounds() {
    for (cache_control, expected) in [
        ("max-age=1", 300),
        ("public, Max-Age=900", 900),
        ("max-age=999999999", 3600),
        ("no-store", 300),
        ("no-cache, max-age=3000", 300),
        ("max-age=never", 600),
        ("max-age=-5", 600),
        ("max-age=99999999999999999999999", 600),
    ] {
        let bench = Bench::start(keys_of(&[Signer::es256()]).header("cache-control", cache_control)).await;
        let token = bench.token(Signer::es256());
        bench.judge(&token).await.unwrap();
        bench.clock.advance((expected - 1) * SECOND);
        bench.judge(&token).await.unwrap();
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(bench.stub.key_requests(), 1, "{cache_control}");
        bench.clock.advance(SECOND);
        bench.judge(&token).await.unwrap();
        bench.settle(2).await;
    }
}

#[tokio::test]
async fn callers_that_go_away_do_not_take_the_fetch_with_them() {
    let bench = Bench::start(keys_of(&[Signer::es256()]).after(Duration::from_millis(150))).await;
    let token = bench.token(Signer::es256());
    let gone = tokio::time::timeout(Duration::from_millis(30), bench.judge(&token)).await;
    assert!(gone.is_err());
    bench.settle(1).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(bench.authenticator.is_ready());
    bench.judge(&token).await.unwrap();
    assert_eq!(bench.stub.key_requests(), 1);
}

#[tokio::test]
async fn c27_cool_downs_do_not_follow_the_wall_clock() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    let next = Signer::generate_es256("ec-next");
    bench.clock.set_wall(NOW + 3600);
    assert_refused(&bench.judge(&bench.token(&next)).await, Reason::UnknownKey, "the wall clock jumped");
    assert_eq!(bench.stub.key_requests(), 1);
}

#[test]
fn an_authenticator_outside_of_a_runtime_does_not_panic() {
    let clock = Clock::fixed(NOW);
    let authenticator = server("http://127.0.0.1:1", "http://127.0.0.1:1/keys", &clock);
    authenticator.warm();
    assert!(authenticator.cached("x").is_none());
}

#[tokio::test]
async fn c8_a_key_that_is_left_out_is_logged_once() {
    let keys = key_set(&[json!({"kty": "oct", "k": "AAAA"}), Signer::es256().jwk.clone()]);
    let bench = Bench::start(Answer::json(&keys)).await;
    let log = Log::capture();
    for fetches in 1..=3 {
        bench.judge(&bench.token(Signer::es256())).await.unwrap();
        bench.settle(fetches).await;
        bench.clock.advance(600 * SECOND);
    }
    assert_eq!(log.text().matches("a key of the issuer is not used").count(), 1, "{}", log.text());
}

#[tokio::test]
async fn c1_an_issuer_that_fails_is_in_the_log() {
    let log = Log::capture();
    let bench = Bench::start(Answer::text(500, "secret stack trace")).await;
    assert_unavailable(&bench.judge(&bench.token(Signer::es256())).await, 30 * SECOND);
    assert!(log.text().contains("WARN") && log.text().contains("status 500"), "{}", log.text());
    assert!(!log.text().contains("stack trace"));
}
