//! The cache of verified tokens: what it finds, and what it must not.

use std::time::Duration;

use super::{
    Authenticator, NOW, RESOURCE, Reason, Signer, VerificationLimits, assert_refused, catalog, good_claims,
    issuer, with,
};
use crate::clock::Clock;

fn server(capacity: usize) -> (Authenticator, Clock) {
    let clock = Clock::fixed(NOW);
    let limits = VerificationLimits { cached_tokens: capacity, ..VerificationLimits::default() };
    (Authenticator::new(&issuer(), RESOURCE, catalog(), limits, clock.clone()).unwrap(), clock)
}

#[tokio::test]
async fn a_verified_token_is_found_again() {
    let (authenticator, _) = server(100);
    let token = Signer::es256().sign(&good_claims());
    assert!(authenticator.cached(&token).is_none(), "nothing is known before");
    authenticator.authenticate(&token).await.unwrap();
    assert_eq!(authenticator.cached(&token).unwrap().subject(), "alice");
}

#[tokio::test]
async fn only_the_whole_token_is_found() {
    let (authenticator, _) = server(100);
    let token = Signer::es256().sign(&good_claims());
    authenticator.authenticate(&token).await.unwrap();
    let (head, signature) = token.rsplit_once('.').unwrap();
    for other in [
        head.to_owned(),
        format!("{head}."),
        token[..token.len() - 1].to_owned(),
        token[1..].to_owned(),
        token.to_uppercase(),
        token.to_lowercase(),
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        String::new(),
    ] {
        assert!(authenticator.cached(&other).is_none(), "{other}");
        assert!(authenticator.authenticate(&other).await.is_err(), "{other}");
    }
}

#[tokio::test]
async fn r29_a_remembered_token_still_ends() {
    let (authenticator, clock) = server(100);
    let token = Signer::es256().sign(&with("exp", NOW + 60));
    authenticator.authenticate(&token).await.unwrap();
    clock.advance(Duration::from_secs(89));
    assert!(authenticator.cached(&token).is_some(), "within the leeway");
    clock.advance(Duration::from_secs(1));
    assert!(authenticator.cached(&token).is_none());
    assert_eq!(authenticator.cache.len(), 0, "it is forgotten");
    assert_refused(&authenticator.authenticate(&token).await, Reason::Expired, "over");
}

#[tokio::test]
async fn failures_are_not_remembered() {
    let (authenticator, _) = server(100);
    for number in 0..50 {
        let stranger = Signer::generate_es256("ec-1");
        assert!(
            authenticator.authenticate(&stranger.sign(&with("sub", format!("p{number}")))).await.is_err()
        );
    }
    assert_eq!(authenticator.cache.len(), 0);
}

#[tokio::test]
async fn it_has_a_bound() {
    let (authenticator, _) = server(10);
    for number in 0..100 {
        let token = Signer::eddsa().sign(&with("sub", format!("p{number}")));
        authenticator.authenticate(&token).await.unwrap();
    }
    assert!(authenticator.cache.len() <= 10, "{}", authenticator.cache.len());
}
