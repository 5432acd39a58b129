//! A server that trusts a stub on loopback, at a time that tests move.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, Issuer, NOW, RESOURCE, Signer, VerificationLimits, catalog,
    good_claims,
    signer::key_set,
    stub::{Answer, Stub},
};
use crate::{authenticate::KeyTiming, clock::Clock};

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A server that trusts a stub.
pub(super) struct Bench {
    pub(super) stub: Stub,
    pub(super) clock: Clock,
    pub(super) authenticator: Arc<Authenticator>,
}

impl Bench {
    pub(super) async fn start(keys: Answer) -> Self {
        let stub = Stub::start(keys).await;
        let clock = Clock::fixed(NOW);
        let authenticator = server(&stub.url, &stub.keys_url(), &clock);
        Self { stub, clock, authenticator }
    }

    /// A token of the stub for `signer`'s key, good for two days.
    pub(super) fn token(&self, signer: &Signer) -> String {
        signer.sign(&self.claims("alice"))
    }

    pub(super) fn claims(&self, subject: &str) -> Value {
        let mut claims = good_claims();
        claims["iss"] = json!(self.stub.url);
        claims["sub"] = json!(subject);
        claims["exp"] = json!(NOW + 2 * 24 * 3600);
        claims
    }

    /// A token that no cache has seen.
    pub(super) fn fresh_token(&self, signer: &Signer, number: usize) -> String {
        signer.sign(&self.claims(&format!("person-{number}")))
    }

    pub(super) async fn judge(&self, token: &str) -> Result<AuthInfo, AuthenticateError> {
        self.authenticator.authenticate(token).await
    }

    /// Waits until the keys were asked for `count` times and the answer has been worked in.
    pub(super) async fn settle(&self, count: usize) {
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

pub(super) fn server(issuer: &str, keys_url: &str, clock: &Clock) -> Arc<Authenticator> {
    let timing = KeyTiming { wait: Duration::from_millis(300), ..KeyTiming::default() };
    let limits = VerificationLimits { keys: timing, ..VerificationLimits::default() };
    let issuer = Issuer::new(issuer).with_jwks_url(keys_url);
    Arc::new(Authenticator::new(&issuer, RESOURCE, catalog(), limits, clock.clone()).unwrap())
}

pub(super) fn keys_of(signers: &[&Signer]) -> Answer {
    Answer::json(&key_set(&signers.iter().map(|signer| signer.jwk.clone()).collect::<Vec<_>>()))
}

#[track_caller]
pub(super) fn assert_unavailable(result: &Result<AuthInfo, AuthenticateError>, at_most: Duration) {
    match result {
        Err(AuthenticateError::Unavailable { retry_after }) => {
            assert!((SECOND..=at_most).contains(retry_after), "{retry_after:?}");
        }
        other => panic!("expected 503, got {other:?}"),
    }
}
