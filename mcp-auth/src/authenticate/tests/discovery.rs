//! C9, RFC 8414: from the issuer's URL to its keys.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, Issuer, NOW, RESOURCE, Signer, VerificationLimits, catalog,
    good_claims,
    signer::key_set,
    stub::{Answer, Stub},
};
use crate::clock::Clock;

struct Bench {
    stub: Stub,
    clock: Clock,
    issuer: String,
    authenticator: Arc<Authenticator>,
}

impl Bench {
    /// A server that trusts the stub under `path`.
    async fn start(path: &str) -> Self {
        let stub = Stub::start(Answer::json(&key_set(&[Signer::es256().jwk.clone()]))).await;
        let clock = Clock::fixed(NOW);
        let issuer = format!("{}{path}", stub.url);
        let limits = VerificationLimits::default();
        let authenticator =
            Authenticator::new(&Issuer::new(&issuer), RESOURCE, catalog(), limits, clock.clone()).unwrap();
        Self { stub, clock, issuer, authenticator: Arc::new(authenticator) }
    }

    async fn judge(&self, subject: &str) -> Result<AuthInfo, AuthenticateError> {
        let mut claims = good_claims();
        claims["iss"] = json!(self.issuer);
        claims["sub"] = json!(subject);
        self.authenticator.authenticate(&Signer::es256().sign(&claims)).await
    }

    fn metadata(&self) -> Value {
        json!({"issuer": self.issuer, "jwks_uri": self.stub.keys_url()})
    }
}

fn is_unavailable(result: &Result<AuthInfo, AuthenticateError>) -> bool {
    matches!(result, Err(AuthenticateError::Unavailable { .. }))
}

#[tokio::test]
async fn metadata_are_found_at_all_three_places() {
    for (path, place) in [
        ("", "/.well-known/oauth-authorization-server"),
        ("/", "/.well-known/oauth-authorization-server"),
        ("", "/.well-known/openid-configuration"),
        ("/realms/main", "/.well-known/oauth-authorization-server/realms/main"),
        ("/realms/main", "/.well-known/openid-configuration/realms/main"),
        ("/realms/main", "/realms/main/.well-known/openid-configuration"),
        ("/realms/main/", "/realms/main/.well-known/openid-configuration"),
    ] {
        let bench = Bench::start(path).await;
        bench.stub.set(place, Answer::json(&bench.metadata()));
        bench.judge("alice").await.unwrap_or_else(|error| panic!("{path} {place}: {error}"));
    }
}

#[tokio::test]
async fn r30_metadata_of_another_issuer_are_refused() {
    let bench = Bench::start("").await;
    for other in [
        format!("{}/", bench.issuer),
        bench.issuer.replace("127.0.0.1", "localhost"),
        bench.issuer.to_uppercase(),
        "https://issuer.example".to_owned(),
        String::new(),
    ] {
        bench.stub.set_metadata(&other, &bench.stub.keys_url());
        assert!(is_unavailable(&bench.judge("alice").await), "{other}");
        bench.clock.advance(Duration::from_secs(40));
    }
    assert_eq!(bench.stub.key_requests(), 0);
    bench.stub.set_metadata(&bench.issuer, &bench.stub.keys_url());
    bench.judge("alice").await.expect("its own");
}

#[tokio::test]
async fn c9_issuer_that_changes_its_name_keeps_the_old_keys() {
    let bench = Bench::start("").await;
    bench.stub.set_metadata(&bench.issuer, &bench.stub.keys_url());
    bench.judge("alice").await.unwrap();
    bench.stub.set_metadata("https://evil.example", &bench.stub.keys_url());
    bench.stub.set_keys(Answer::json(&key_set(&[Signer::generate_es256("evil").jwk])));
    for round in 0..3 {
        bench.clock.advance(Duration::from_secs(100));
        bench.judge(&format!("person-{round}")).await.expect("the old keys");
    }
    bench.clock.advance(Duration::from_secs(301));
    bench.judge("bob").await.expect("the old keys");
    tokio::time::sleep(Duration::from_millis(100)).await;
    bench.judge("carol").await.expect("the old keys, after the refresh");
    assert_eq!(bench.stub.key_requests(), 1, "the new issuer's keys were never asked for");
}

#[tokio::test]
async fn broken_metadata_are_no_metadata() {
    let bench = Bench::start("").await;
    let keys_url = bench.stub.keys_url();
    for broken in [
        json!(null),
        json!([]),
        json!({}),
        json!({"issuer": bench.issuer}),
        json!({"issuer": bench.issuer, "jwks_uri": null}),
        json!({"issuer": bench.issuer, "jwks_uri": 7}),
        json!({"issuer": bench.issuer, "jwks_uri": [keys_url]}),
        json!({"issuer": [bench.issuer], "jwks_uri": keys_url}),
        json!({"issuer": bench.issuer, "jwks_uri": format!("{keys_url}?{}", "x".repeat(3000))}),
        json!({"issuer": bench.issuer, "jwks_uri": format!("{keys_url}\n")}),
        json!({"issuer": bench.issuer, "jwks_uri": "file:///etc/passwd"}),
        json!({"issuer": bench.issuer, "jwks_uri": "/keys"}),
        json!({"issuer": bench.issuer, "jwks_uri": "http://issuer.example/keys"}),
        json!({"issuer": bench.issuer, "jwks_uri": "https://169.254.169.254/keys"}),
        json!({"issuer": bench.issuer, "jwks_uri": "https://10.0.0.1/keys"}),
        json!({"issuer": bench.issuer, "jwks_uri": keys_url.replace("http://", "http://user:secret@")}),
    ] {
        bench.stub.set("/.well-known/oauth-authorization-server", Answer::json(&broken));
        assert!(is_unavailable(&bench.judge("alice").await), "{broken}");
        bench.clock.advance(Duration::from_secs(40));
    }
    assert_eq!(bench.stub.key_requests(), 0);
}

#[tokio::test]
async fn f15_metadata_under_a_bad_status_are_not_read() {
    let bench = Bench::start("").await;
    for status in [401, 404, 500, 502] {
        let answer = Answer::text(status, bench.metadata().to_string());
        bench.stub.set("/.well-known/oauth-authorization-server", answer);
        assert!(is_unavailable(&bench.judge("alice").await), "{status}");
        bench.clock.advance(Duration::from_secs(40));
    }
    assert_eq!(bench.stub.key_requests(), 0);
}
