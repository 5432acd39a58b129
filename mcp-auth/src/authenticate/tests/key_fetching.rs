//! T11, F15, C1 to C8: keys over the network, and an issuer that misbehaves.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, Issuer, NOW, RESOURCE, Reason, Signer, VerificationLimits,
    assert_refused, catalog, good_claims,
    signer::key_set,
    stub::{Answer, Stub},
};
use crate::{authenticate::KeyTiming, clock::Clock};

const SECOND: Duration = Duration::from_secs(1);

/// A server that trusts a stub.
struct Bench {
    stub: Stub,
    clock: Clock,
    authenticator: Arc<Authenticator>,
}

impl Bench {
    async fn start(keys: Answer) -> Self {
        let stub = Stub::start(keys).await;
        let clock = Clock::fixed(NOW);
        let authenticator = server(&stub.url, &stub.keys_url(), &clock);
        Self { stub, clock, authenticator }
    }

    /// A token of the stub for `signer`'s key, good for two days.
    fn token(&self, signer: &Signer) -> String {
        signer.sign(&self.claims("alice"))
    }

    fn claims(&self, subject: &str) -> Value {
        let mut claims = good_claims();
        claims["iss"] = json!(self.stub.url);
        claims["sub"] = json!(subject);
        claims["exp"] = json!(NOW + 2 * 24 * 3600);
        claims
    }

    /// A token that no cache has seen.
    fn fresh_token(&self, signer: &Signer, number: usize) -> String {
        signer.sign(&self.claims(&format!("person-{number}")))
    }

    async fn judge(&self, token: &str) -> Result<AuthInfo, AuthenticateError> {
        self.authenticator.authenticate(token).await
    }

    /// Waits until the keys were asked for `count` times and the answer has been worked in.
    async fn settle(&self, count: usize) {
        for _ in 0..200 {
            if self.stub.key_requests() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(self.stub.key_requests(), count);
    }
}

fn server(issuer: &str, keys_url: &str, clock: &Clock) -> Arc<Authenticator> {
    let timing = KeyTiming { wait: Duration::from_millis(300), ..KeyTiming::default() };
    let limits = VerificationLimits { keys: timing, ..VerificationLimits::default() };
    let issuer = Issuer::new(issuer).with_jwks_url(keys_url);
    Arc::new(Authenticator::new(&issuer, RESOURCE, catalog(), limits, clock.clone()).unwrap())
}

fn keys_of(signers: &[&Signer]) -> Answer {
    Answer::json(&key_set(&signers.iter().map(|signer| signer.jwk.clone()).collect::<Vec<_>>()))
}

#[track_caller]
fn assert_unavailable(result: &Result<AuthInfo, AuthenticateError>, at_most: Duration) {
    match result {
        Err(AuthenticateError::Unavailable { retry_after }) => {
            assert!((SECOND..=at_most).contains(retry_after), "{retry_after:?}");
        }
        other => panic!("expected 503, got {other:?}"),
    }
}

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

    let before = std::time::Duration::from_millis(100);
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
async fn t11_flood_of_random_key_ids_is_one_fetch_per_cool_down() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    for minute in 0..3 {
        for number in 0..100 {
            let mut header = Signer::es256().header();
            header["kid"] = json!(format!("random-{minute}-{number}"));
            let token = Signer::es256().sign_with_header(&header, &bench.claims("mallory"));
            assert_refused(&bench.judge(&token).await, Reason::UnknownKey, "a random key id");
        }
        assert_eq!(bench.stub.key_requests(), minute + 1);
        bench.clock.advance(30 * SECOND);
    }
}

#[tokio::test]
async fn t11_flood_against_an_empty_issuer_is_bounded_too() {
    for answer in [Answer::json(&key_set(&[])), Answer::text(404, "no"), Answer::text(200, "<html>")] {
        let bench = Bench::start(answer).await;
        for number in 0..100 {
            assert_unavailable(&bench.judge(&bench.fresh_token(Signer::es256(), number)).await, 30 * SECOND);
        }
        assert_eq!(bench.stub.key_requests(), 1);
        // The cool-down doubles from a second to half a minute.
        for _ in 0..300 {
            bench.clock.advance(SECOND);
            assert_unavailable(&bench.judge(&bench.token(Signer::es256())).await, 30 * SECOND);
        }
        assert!((10..=16).contains(&bench.stub.key_requests()), "{}", bench.stub.key_requests());
    }
}

#[tokio::test]
async fn t11_foreign_and_expired_tokens_cost_no_request() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    for (name, value) in
        [("iss", json!("https://evil.example")), ("aud", json!("x")), ("exp", json!(1)), ("sub", json!(""))]
    {
        let mut claims = bench.claims("mallory");
        claims[name] = value;
        assert!(bench.judge(&Signer::es256().sign(&claims)).await.is_err());
    }
    assert_eq!(bench.stub.key_requests(), 0);
}

#[tokio::test]
async fn c6_bad_answer_never_replaces_good_keys() {
    let bench = Bench::start(keys_of(&[Signer::es256()])).await;
    bench.judge(&bench.token(Signer::es256())).await.unwrap();
    let good_body = key_set(&[Signer::generate_es256("evil").jwk.clone()]).to_string();
    let mut number = 0;
    for bad in [
        Answer::text(200, ""),
        Answer::text(200, "<html>maintenance</html>"),
        Answer::text(200, "null"),
        Answer::text(200, "[]"),
        Answer::text(200, "{\"keys\":{}}"),
        Answer::json(&key_set(&[])),
        Answer::json(&key_set(&[json!({"kty": "EC", "kid": "ec-1"})])),
        Answer::json(&key_set(&[json!({"kty": "oct", "k": "AAAA", "kid": "ec-1"})])),
        Answer::text(200, "{\"keys\":[".repeat(5000)),
        Answer::text(200, format!("{{\"keys\":[], \"x\":\"{}\"}}", "x".repeat(600 * 1024))),
        // F15: a good body under a bad status is not looked at.
        Answer::text(404, good_body.clone()),
        Answer::text(401, good_body.clone()),
        Answer::text(500, good_body.clone()),
        Answer::text(201, good_body.clone()),
        Answer::text(206, good_body),
    ] {
        number += 1;
        bench.stub.set_keys(bad);
        bench.clock.advance(601 * SECOND);
        bench
            .judge(&bench.fresh_token(Signer::es256(), number))
            .await
            .expect("starts a refresh in the background");
        bench.settle(number + 1).await;
        bench
            .judge(&bench.fresh_token(Signer::es256(), 100 + number))
            .await
            .expect("the old keys are still there");
    }
}

#[tokio::test]
async fn f15_redirects_are_not_followed() {
    let evil = Stub::start(keys_of(&[&Signer::generate_es256("evil")])).await;
    for status in [301, 302, 303, 307, 308] {
        let bench = Bench::start(Answer::text(status, "").header("location", evil.keys_url())).await;
        assert_unavailable(&bench.judge(&bench.token(Signer::es256())).await, 30 * SECOND);
        assert_eq!(bench.stub.key_requests(), 1);
    }
    assert!(evil.paths().is_empty());
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
