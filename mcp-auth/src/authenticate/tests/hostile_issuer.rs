//! T11, F15, C6: floods, and an issuer that answers badly.

use serde_json::json;

use super::{
    Reason, Signer, assert_refused,
    bench::{Bench, SECOND, assert_unavailable, keys_of},
    signer::key_set,
    stub::{Answer, Stub},
};

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
        // Too large to be read to its end, where it would become a good set.
        Answer::text(200, format!("{}{good_body}", " ".repeat(600 * 1024))),
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
