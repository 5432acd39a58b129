//! R31, F10, C8: which key checks which token.

use std::slice::from_ref;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, ISSUER, Issuer, RESOURCE, Reason, Signer, VerificationLimits,
    assert_refused, authenticator, catalog, good_claims, signer::key_set,
};
use crate::clock::Clock;

/// What is said of `token` when the issuer has these keys.
async fn judge_with_keys(keys: &[Value], token: &str) -> Result<AuthInfo, AuthenticateError> {
    authenticator(&Issuer::new(ISSUER).with_keys(key_set(keys).to_string())).authenticate(token).await
}

/// The key of `signer` with one member changed.
fn key_with(signer: &Signer, name: &str, value: impl Into<Value>) -> Value {
    let mut jwk = signer.jwk.clone();
    jwk[name] = value.into();
    jwk
}

fn key_without(signer: &Signer, name: &str) -> Value {
    let mut jwk = signer.jwk.clone();
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

fn is_usable(jwk: Value) -> bool {
    let issuer = Issuer::new(ISSUER).with_keys(key_set(&[jwk]).to_string());
    Authenticator::new(&issuer, RESOURCE, catalog(), VerificationLimits::default(), Clock::fixed(super::NOW))
        .is_ok()
}

#[tokio::test]
async fn r31_one_key_has_one_algorithm() {
    use Algorithm::{PS256, PS384, RS256, RS384, RS512};
    for (signer, own) in [(Signer::rs256(), RS256), (Signer::ps256(), PS256)] {
        for algorithm in [RS256, RS384, RS512, PS256, PS384] {
            let result =
                judge_with_keys(from_ref(&signer.jwk), &signer.sign_as(algorithm, &good_claims())).await;
            if algorithm == own {
                result.expect("the key's own algorithm");
            } else {
                assert_refused(&result, Reason::Algorithm, "another algorithm of the same key");
            }
        }
    }
    // Without `alg`, an RSA key is for RS256 and nothing else.
    let unnamed = key_without(Signer::rs256(), "alg");
    judge_with_keys(from_ref(&unnamed), &Signer::rs256().sign(&good_claims())).await.expect("RS256");
    let result = judge_with_keys(&[unnamed], &Signer::rs256().sign_as(PS256, &good_claims())).await;
    assert_refused(&result, Reason::Algorithm, "PS256 with a key without alg");
}

#[tokio::test]
async fn r31_every_algorithm_that_is_allowed_works_with_a_key_that_names_it() {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
    for (signer, algorithms) in [
        (Signer::rs256(), &[RS256, RS384, RS512, PS256, PS384, PS512][..]),
        (Signer::es256(), &[ES256]),
        (Signer::es384(), &[ES384]),
        (Signer::eddsa(), &[EdDSA]),
    ] {
        for algorithm in algorithms {
            let name = serde_json::to_value(algorithm).unwrap();
            let token = signer.sign_as(*algorithm, &good_claims());
            let result = judge_with_keys(&[key_with(signer, "alg", name)], &token).await;
            assert!(result.is_ok(), "{algorithm:?}: {result:?}");
        }
    }
}

#[tokio::test]
async fn f10_key_is_chosen_by_id_and_algorithm() {
    let (rsa, ec) = (Signer::rs256(), Signer::es256());
    let keys = [key_with(rsa, "kid", "same"), key_with(ec, "kid", "same")];
    for signer in [rsa, ec] {
        let mut header = signer.header();
        header["kid"] = json!("same");
        judge_with_keys(&keys, &signer.sign_with_header(&header, &good_claims())).await.expect("either key");
    }
}

#[tokio::test]
async fn c8_of_two_keys_with_one_name_the_second_is_left_out() {
    let (first, second) = (Signer::es256(), Signer::generate_es256("ec-1"));
    let keys = [first.jwk.clone(), second.jwk.clone()];
    judge_with_keys(&keys, &first.sign(&good_claims())).await.expect("the first");
    let result = judge_with_keys(&keys, &second.sign(&good_claims())).await;
    assert_refused(&result, Reason::BadSignature, "the second");
}

#[tokio::test]
async fn token_without_key_id_needs_exactly_one_key() {
    let (ec, other, rsa) = (Signer::es256(), Signer::generate_es256("ec-9"), Signer::rs256());
    let token = ec.sign_with_header(&json!({"typ": "at+jwt", "alg": "ES256"}), &good_claims());
    judge_with_keys(&[rsa.jwk.clone(), ec.jwk.clone()], &token).await.expect("one key for ES256");
    let several = judge_with_keys(&[ec.jwk.clone(), other.jwk.clone()], &token).await;
    assert_refused(&several, Reason::AmbiguousKey, "two");
    assert_refused(&judge_with_keys(from_ref(&rsa.jwk), &token).await, Reason::UnknownKey, "none");
    // A key without an id does not serve a token that asks for one.
    let unnamed = key_without(ec, "kid");
    judge_with_keys(from_ref(&unnamed), &token).await.expect("neither has an id");
    assert_refused(
        &judge_with_keys(&[unnamed], &ec.sign(&good_claims())).await,
        Reason::UnknownKey,
        "an id nobody has",
    );
}

#[test]
fn f10_purpose_of_a_key_is_respected() {
    let signer = Signer::es256();
    assert!(is_usable(key_without(signer, "use")));
    assert!(is_usable(key_with(signer, "use", "sig")));
    assert!(!is_usable(key_with(signer, "use", "enc")));
    assert!(!is_usable(key_with(signer, "use", "other")));
    assert!(is_usable(key_with(signer, "key_ops", json!(["verify"]))));
    assert!(is_usable(key_with(signer, "key_ops", json!(["sign", "verify"]))));
    assert!(!is_usable(key_with(signer, "key_ops", json!(["sign"]))));
    assert!(!is_usable(key_with(signer, "key_ops", json!([]))));
    assert!(!is_usable(key_with(signer, "key_ops", json!("verify"))));
}

#[test]
fn t10_symmetric_keys_are_never_used() {
    for alg in ["HS256", "RS256", "ES256", "none"] {
        assert!(!is_usable(
            json!({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "a", "alg": alg})
        ));
    }
    assert!(!is_usable(key_with(Signer::rs256(), "alg", "HS256")));
    assert!(!is_usable(key_with(Signer::es256(), "alg", "none")));
}

#[test]
fn r31_algorithm_of_a_key_fits_its_type() {
    assert!(is_usable(key_with(Signer::es256(), "alg", "ES256")));
    for alg in ["ES384", "RS256", "EdDSA", "ECDH-ES", "RSA-OAEP", "unheard-of"] {
        assert!(!is_usable(key_with(Signer::es256(), "alg", alg)), "{alg}");
    }
    assert!(!is_usable(key_with(Signer::rs256(), "alg", "RSA-OAEP")));
    assert!(!is_usable(key_with(Signer::eddsa(), "alg", "ES256")));
    for curve in ["X25519", "P-256", "Ed448"] {
        assert!(!is_usable(key_with(Signer::eddsa(), "crv", curve)), "{curve}");
    }
    assert!(!is_usable(key_with(Signer::es256(), "crv", "P-384")));
    assert!(!is_usable(key_with(Signer::es256(), "crv", "secp256k1")));
}

#[test]
fn weak_and_broken_keys_are_refused() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let rsa = Signer::rs256();
    let modulus = URL_SAFE_NO_PAD.decode(rsa.jwk["n"].as_str().unwrap()).unwrap();
    let n = |bytes: &[u8]| key_with(rsa, "n", URL_SAFE_NO_PAD.encode(bytes));
    assert!(is_usable(rsa.jwk.clone()));
    assert!(is_usable(n(&[&[0, 0], modulus.as_slice()].concat())), "leading zeros are harmless");
    assert!(!is_usable(n(&modulus[..128])), "1024 bits");
    assert!(!is_usable(n(&modulus[..255])), "2040 bits");
    let half = [&[modulus[0] >> 1], &modulus[1..]].concat();
    assert!(!is_usable(n(&half)), "2047 bits");
    assert!(is_usable(n(&[modulus.as_slice(); 4].concat())), "8192 bits");
    assert!(!is_usable(n(&[&[1], [modulus.as_slice(); 4].concat().as_slice()].concat())), "8193 bits");
    assert!(!is_usable(n(&[&[0; 200], &modulus[..128]].concat())), "1024 bits with zeros in front");
    assert!(!is_usable(n(&[modulus.as_slice(); 5].concat())), "10240 bits");
    for e in ["", "AA", "AQ", "Ag", "AQAA"] {
        assert!(!is_usable(key_with(rsa, "e", e)), "exponent {e:?}");
    }
    assert!(
        !is_usable(key_with(Signer::es256(), "x", Signer::es256().jwk["y"].as_str().unwrap())),
        "off the curve"
    );
    assert!(!is_usable(key_with(Signer::es256(), "x", "AAAA")));
    assert!(!is_usable(key_without(Signer::es256(), "y")));
    assert!(!is_usable(key_with(Signer::es256(), "d", "AAAA")), "a published private key");
    assert!(!is_usable(json!("a string")) && !is_usable(json!({})) && !is_usable(json!(null)));
}

#[tokio::test]
async fn c8_unusable_keys_do_not_spoil_the_set() {
    let strangers = [
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "pq", "pub": "AAAA"}),
        json!({"kty": "oct", "k": "AAAA"}),
        json!(null),
        json!([1]),
        json!({"kty": "EC", "crv": 7}),
        Signer::es256().jwk.clone(),
        json!("x"),
    ];
    judge_with_keys(&strangers, &Signer::es256().sign(&good_claims())).await.expect("the one good key");
}
