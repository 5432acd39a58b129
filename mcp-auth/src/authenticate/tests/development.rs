//! The development issuer: good tokens, bad tokens, and nowhere but here.

use std::time::Duration;

use serde_json::json;

use super::{
    AuthInfo, AuthenticateError, Authenticator, NOW, RESOURCE, Reason, VerificationLimits, assert_refused,
    catalog,
};
use crate::{
    Auth,
    clock::Clock,
    development::{DevelopmentIssuer, DevelopmentTokenBuilder},
};

const URL: &str = "http://127.0.0.1:3000";

fn development_issuer() -> DevelopmentIssuer {
    DevelopmentIssuer::with_clock(URL, Clock::fixed(NOW)).unwrap()
}

async fn judge(
    issuer: &DevelopmentIssuer,
    token: DevelopmentTokenBuilder,
) -> Result<AuthInfo, AuthenticateError> {
    let limits = VerificationLimits::default();
    let server =
        Authenticator::new(&issuer.issuer(), RESOURCE, catalog(), limits, Clock::fixed(NOW)).unwrap();
    server.authenticate(token.issue().expose()).await
}

#[tokio::test]
async fn its_tokens_are_accepted() {
    let issuer = development_issuer();
    let token = issuer.token("alice").scopes("notes:read notes:write").client("editor").audience(RESOURCE);
    let info = judge(&issuer, token).await.unwrap();
    assert_eq!((info.issuer(), info.subject(), info.client_id()), (URL, "alice", Some("editor")));
    assert_eq!(info.scopes().collect::<Vec<_>>(), ["notes:read", "notes:write"]);
    let short = issuer
        .token("bob")
        .audience(RESOURCE)
        .expires_in(Duration::from_secs(5))
        .claim("email", "b@example.com");
    assert_eq!(judge(&issuer, short).await.unwrap().raw_claims()["email"], "b@example.com");
}

#[tokio::test]
async fn its_bad_tokens_are_refused() {
    let issuer = development_issuer();
    let token = || issuer.token("alice").audience(RESOURCE);
    judge(&issuer, token()).await.expect("the control");
    for (bad, reason) in [
        (issuer.token("alice"), Reason::MissingClaim("aud")),
        (issuer.token("alice").audience("https://other.example"), Reason::WrongAudience),
        (token().expired(), Reason::Expired),
        (token().badly_signed(), Reason::BadSignature),
        (token().claim("iss", "http://127.0.0.1:3001"), Reason::WrongIssuer),
        (token().without("exp"), Reason::MissingClaim("exp")),
        (token().header("typ", "JWT"), Reason::BadType),
        (token().without_header("typ"), Reason::BadType),
        (token().header("alg", "none"), Reason::Algorithm),
        (token().header("crit", json!(["x"])), Reason::Crit),
        (token().header("kid", "x"), Reason::UnknownKey),
    ] {
        assert_refused(&judge(&issuer, bad).await, reason, "a bad token");
    }
    let other = development_issuer();
    assert_refused(
        &judge(&issuer, other.token("alice").audience(RESOURCE)).await,
        Reason::UnknownKey,
        "another start",
    );
}

/// However it is given, and whatever is said of it then.
#[test]
fn r23_a_public_resource_does_not_trust_it() {
    let issuer = development_issuer();
    for given in [
        Auth::builder().development_issuer(issuer.clone()),
        Auth::builder().issuer(issuer.issuer()),
        Auth::builder().issuer(issuer.issuer().with_audience("api://notes").accept_any_token_type()),
    ] {
        let auth = given.build().unwrap();
        assert_eq!(auth.resource_at("https://notes.example/mcp", "here").unwrap_err().setting, "here");
        assert!(auth.resource_at("http://127.0.0.1:3000/mcp", "here").is_ok());
    }
    let real = Auth::builder().issuer(super::issuer()).build().unwrap();
    assert!(real.resource_at("https://notes.example/mcp", "here").is_ok());
}

#[test]
fn it_lives_on_this_machine_only() {
    for url in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000", "http://127.0.0.1"] {
        assert!(DevelopmentIssuer::new(url).is_ok(), "{url}");
    }
    for url in [
        "https://issuer.example",
        "http://issuer.example",
        "https://127.0.0.1:3000",
        "http://0.0.0.0:3000",
        "http://10.0.0.1",
        "http://192.168.0.1",
        "http://localhost.example",
        "http://127.0.0.1@evil.example",
        "",
        "localhost:3000",
    ] {
        let error = DevelopmentIssuer::new(url).unwrap_err();
        assert_eq!(error.problems()[0].setting, "DevelopmentIssuer::new", "{url}");
    }
}

#[test]
fn it_publishes_its_public_key_only() {
    let issuer = development_issuer();
    let jwks = issuer.jwks();
    assert_eq!(jwks["keys"].as_array().unwrap().len(), 1);
    assert!(jwks["keys"][0].get("d").is_none());
    assert_eq!(issuer.metadata()["issuer"], URL);
    assert_eq!(issuer.metadata()["jwks_uri"], "http://127.0.0.1:3000/.well-known/jwks.json");
}

#[test]
fn r43_its_tokens_are_printed_on_purpose_only() {
    let issuer = development_issuer();
    let token = issuer.token("alice").audience(RESOURCE).issue();
    assert_eq!(format!("{token:?}"), "DevelopmentToken(…)");
    assert_eq!(token.expose().split('.').count(), 3);
    assert!(!format!("{issuer:?}").contains("key_pair"));
}
