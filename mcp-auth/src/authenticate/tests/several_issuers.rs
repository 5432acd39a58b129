//! R30: each issuer has its own keys, audience, leeway and type rules, and nobody else's.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, ISSUER, Issuer, NOW, RESOURCE, Reason, Signer,
    VerificationLimits, assert_refused, catalog, good_claims,
    signer::key_set,
    stub::{Answer, Stub},
};
use crate::{authenticate::Trust, clock::Clock};

const OTHER: &str = "https://other.example";

/// The issuer of all other tests, with the key `ec-1`.
fn first() -> Issuer {
    Issuer::new(ISSUER).with_keys(key_set(&[Signer::es256().jwk.clone()]).to_string())
}

/// Another one, with other keys and other rules.
fn second() -> Issuer {
    Issuer::new(OTHER)
        .with_keys(key_set(&[Signer::eddsa().jwk.clone()]).to_string())
        .with_audience("api://notes")
        .with_leeway(Duration::ZERO)
        .accept_any_token_type()
}

fn trusting(issuers: Vec<Issuer>, clock: &Clock) -> Authenticator {
    let trust = |issuer| Trust::issuer(issuer, clock.clone()).unwrap();
    let trusted: Vec<_> = issuers.into_iter().map(trust).collect();
    Authenticator::trusting(&trusted, RESOURCE, catalog(), &VerificationLimits::default(), clock.clone())
        .unwrap()
}

async fn judge(signer: &Signer, header: &Value, claims: &Value) -> Result<AuthInfo, AuthenticateError> {
    let authenticator = trusting(vec![first(), second()], &Clock::fixed(NOW));
    authenticator.authenticate(&signer.sign_with_header(header, claims)).await
}

fn claims(issuer: &str, audience: &str) -> Value {
    let mut claims = good_claims();
    claims["iss"] = json!(issuer);
    claims["aud"] = json!(audience);
    claims
}

fn untyped(signer: &Signer) -> Value {
    let mut header = signer.header();
    header.as_object_mut().unwrap().remove("typ");
    header
}

#[tokio::test]
async fn r30_each_issuers_tokens_are_good_by_its_own_rules() {
    let (es256, eddsa) = (Signer::es256(), Signer::eddsa());
    let info = judge(es256, &es256.header(), &claims(ISSUER, RESOURCE)).await.unwrap();
    assert_eq!(info.issuer(), ISSUER);
    let info = judge(eddsa, &untyped(eddsa), &claims(OTHER, "api://notes")).await.unwrap();
    assert_eq!(info.issuer(), OTHER);
}

#[tokio::test]
async fn r30_the_rules_of_one_issuer_are_not_those_of_another() {
    let (es256, eddsa) = (Signer::es256(), Signer::eddsa());
    let mut late = claims(OTHER, "api://notes");
    late["exp"] = json!(NOW - 1);
    let mut late_at_first = claims(ISSUER, RESOURCE);
    late_at_first["exp"] = json!(NOW - 1);
    for (signer, header, claims, reason, what) in [
        (
            eddsa,
            eddsa.header(),
            claims(ISSUER, RESOURCE),
            Reason::UnknownKey,
            "the second's key, the first's name",
        ),
        (es256, es256.header(), claims(OTHER, "api://notes"), Reason::UnknownKey, "the first's key"),
        (es256, untyped(es256), claims(ISSUER, RESOURCE), Reason::BadType, "the second's types"),
        (
            es256,
            es256.header(),
            claims(ISSUER, "api://notes"),
            Reason::WrongAudience,
            "the second's audience",
        ),
        (eddsa, eddsa.header(), claims(OTHER, RESOURCE), Reason::WrongAudience, "the first's audience"),
        (eddsa, eddsa.header(), late, Reason::Expired, "the first's leeway"),
        (es256, es256.header(), claims("https://third.example", RESOURCE), Reason::WrongIssuer, "a stranger"),
        (es256, es256.header(), claims("https://other.example/", RESOURCE), Reason::WrongIssuer, "a slash"),
        (es256, es256.header(), claims("HTTPS://other.example", RESOURCE), Reason::WrongIssuer, "capitals"),
    ] {
        assert_refused(&judge(signer, &header, &claims).await, reason, what);
    }
    assert!(judge(es256, &es256.header(), &late_at_first).await.is_ok(), "the first has a leeway");
}

/// The same key id and algorithm at both, and different keys: who is asked decides, and not which key fits.
#[tokio::test]
async fn r30_equal_key_ids_are_not_equal_keys() {
    let (one, two) = (Signer::generate_es256("key"), Signer::generate_es256("key"));
    let issuer = |url: &str, signer: &Signer| {
        Issuer::new(url).with_keys(key_set(std::slice::from_ref(&signer.jwk)).to_string())
    };
    let authenticator = trusting(vec![issuer(ISSUER, &one), issuer(OTHER, &two)], &Clock::fixed(NOW));
    for (signer, url, good) in
        [(&one, ISSUER, true), (&two, OTHER, true), (&one, OTHER, false), (&two, ISSUER, false)]
    {
        let result = authenticator.authenticate(&signer.sign(&claims(url, RESOURCE))).await;
        assert_eq!(result.is_ok(), good, "{url}: {result:?}");
    }
    // Remembered tokens do not make others good.
    let crossed = authenticator.authenticate(&one.sign(&claims(OTHER, RESOURCE))).await;
    assert_refused(&crossed, Reason::BadSignature, "again");
}

#[tokio::test]
async fn one_issuer_that_is_down_harms_its_own_tokens_only() {
    let (up, down) = (Signer::es256(), Signer::eddsa());
    let stub = Stub::start(Answer::json(&key_set(std::slice::from_ref(&down.jwk)))).await;
    let clock = Clock::fixed(NOW);
    let issuers = vec![first(), Issuer::new(&stub.url).with_jwks_url(stub.keys_url())];
    let authenticator = trusting(issuers, &clock);
    let (good, remote) = (up.sign(&claims(ISSUER, RESOURCE)), down.sign(&claims(&stub.url, RESOURCE)));
    stub.set_keys(Answer::text(500, "down"));
    let result = authenticator.authenticate(&remote).await;
    assert!(matches!(result, Err(AuthenticateError::Unavailable { .. })), "{result:?}");
    assert!(authenticator.authenticate(&good).await.is_ok());
    stub.set_keys(Answer::json(&key_set(std::slice::from_ref(&down.jwk))));
    clock.advance(Duration::from_secs(60));
    assert!(authenticator.authenticate(&remote).await.is_ok());
    // Keys that are withdrawn end the tokens of their own issuer only, remembered ones too.
    assert!(authenticator.cached(&remote).is_some() && authenticator.cached(&good).is_some());
    stub.set_keys(Answer::json(&key_set(&[Signer::generate_es256("new").jwk.clone()])));
    clock.advance(Duration::from_secs(11 * 60));
    authenticator.cached(&remote);
    for _ in 0..200 {
        if authenticator.cached(&remote).is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(authenticator.cached(&remote).is_none());
    let mut lasting = claims(ISSUER, RESOURCE);
    lasting["exp"] = json!(NOW + 24 * 3600);
    assert!(authenticator.authenticate(&up.sign(&lasting)).await.is_ok());
}

#[test]
fn r30_the_same_issuer_twice_does_not_start() {
    let error = crate::Auth::builder().issuer(first()).issuer(second()).issuer(first()).build().unwrap_err();
    let [problem] = error.problems() else { panic!("{error}") };
    assert!(problem.message.contains("is trusted twice"), "{error}");
    // A slash makes another issuer (RFC 8414 section 3.3).
    assert!(crate::Auth::builder().issuer(first()).issuer(Issuer::new(format!("{ISSUER}/"))).build().is_ok());
}
