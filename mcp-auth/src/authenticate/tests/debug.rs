//! What is known of a caller, and what debug output shows of it.

use std::time::Duration;

use super::{
    Authenticator, ISSUER, NOW, RESOURCE, Signer, VerificationLimits, catalog, issuer, judge, log::Log, with,
};
use crate::clock::Clock;

#[tokio::test]
async fn debug_output_says_who_and_with_what() {
    let info = judge(&with("email", "alice@example.com")).await.unwrap();
    let own = info.with_claims::<serde_json::Value>().unwrap();
    for text in [format!("{info:?}"), format!("{:?}", info.claims()), format!("{own:?}")] {
        for part in [ISSUER, "alice", "editor", "notes:read", "foreign"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("example.com"), "no other claim: {text}");
    }
    let text = format!("{:?}", super::authenticator(&issuer()));
    assert!(text.contains(ISSUER) && text.contains(RESOURCE), "{text}");
}

#[tokio::test]
async fn every_claim_can_be_read_as_it_was_written() {
    let info = judge(&with("groups", vec!["a", "b"])).await.unwrap();
    assert_eq!(info.claims().get("groups"), Some(&serde_json::json!(["a", "b"])));
    assert_eq!(info.claims().get("group"), None);
    assert_eq!(info.audience(), [RESOURCE]);
}

#[tokio::test]
async fn r29_what_remains_of_a_token_is_counted_without_leeway() {
    let clock = Clock::fixed(NOW);
    let limits = VerificationLimits::default();
    let authenticator = Authenticator::new(&issuer(), RESOURCE, catalog(), limits, clock.clone()).unwrap();
    let info = authenticator.authenticate(&Signer::es256().sign(&with("exp", NOW + 60))).await.unwrap();
    assert_eq!(authenticator.remaining(&info), Duration::from_secs(60));
    clock.advance(Duration::from_secs(59));
    assert_eq!(authenticator.remaining(&info), Duration::from_secs(1));
    clock.advance(Duration::from_secs(9));
    assert_eq!(authenticator.remaining(&info), Duration::ZERO);
}

#[tokio::test]
async fn the_log_says_which_claims_do_not_fit_and_whose() {
    #[derive(Debug, serde::Deserialize)]
    struct Employee {
        #[expect(dead_code, reason = "the token has none")]
        department: String,
    }

    let info = judge(&with("sub", "alice")).await.unwrap();
    let log = Log::capture();
    info.with_claims::<Employee>().unwrap_err();
    let text = log.text();
    assert!(text.contains("Employee") && text.contains("department") && text.contains("alice"), "{text}");
}
