//! Client assertions: none is believed that the client has not signed for us, byte for byte.

use std::{sync::LazyLock, time::Duration};

use serde_json::{Value, json};

use super::{fuzz, seeds};
use crate::authenticate::{ClientAssertion, KeySet, tests::signer::Signer};

const NOW: u64 = 1_800_000_000;
const AUDIENCES: [&str; 2] = ["http://127.0.0.1:3000", "http://127.0.0.1:3000/token"];

struct World {
    good: Vec<String>,
    seeds: Vec<Vec<u8>>,
    keys: KeySet,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let sign = |claims: &Value| {
        let mut header = Signer::es256().header();
        header["typ"] = json!("JWT");
        Signer::es256().sign_with_header(&header, claims)
    };
    let claims = json!({ "iss": "key", "sub": "key", "aud": AUDIENCES[0], "exp": NOW + 60, "jti": "a" });
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        sign(&claims)
    };
    let good = vec![sign(&claims), with("aud", json!(AUDIENCES)), with("jti", json!("b"))];
    let bad = [
        with("exp", json!(NOW - 60)),
        with("aud", json!("https://elsewhere.example")),
        with("sub", json!("x")),
    ];
    let made = good.iter().chain(&bad).map(|text| text.clone().into_bytes());
    let seeds = seeds("assertion").into_iter().chain(made).collect();
    let keys = json!({ "keys": [Signer::es256().jwk, Signer::rs256().jwk] }).to_string();
    World { good, seeds, keys: KeySet::parse(keys.as_bytes()).unwrap().0 }
});

#[test]
fn t25_assertion_fuzz() {
    assert!(WORLD.good.iter().all(|good| is_proven(good)), "the control");
    fuzz(&WORLD.seeds, target);
}

fn target(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    assert_eq!(is_proven(text), WORLD.good.iter().any(|good| good == text), "{text}");
    // Whoever is looked for is the one that is proven afterwards.
    if let Ok(assertion) = ClientAssertion::check(text, &AUDIENCES, Duration::from_secs(NOW)) {
        assert_eq!(ClientAssertion::claimed_client(text).as_deref(), Some(assertion.client_id()));
        assert!(assertion.good_until() <= Duration::from_secs(NOW + 3720) && !assertion.jti().is_empty());
    }
}

fn is_proven(text: &str) -> bool {
    let Ok(assertion) = ClientAssertion::check(text, &AUDIENCES, Duration::from_secs(NOW)) else {
        return false;
    };
    assertion.client_id() == "key" && WORLD.keys.signed(&assertion)
}
