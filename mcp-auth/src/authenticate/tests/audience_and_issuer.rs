//! R26, R27, R30, T5 to T7: from whom, and for whom.

use serde_json::json;

use super::{
    ISSUER, RESOURCE, Reason, Signer, assert_refused, authenticator, good_claims, issuer, judge, with,
    without,
};

#[tokio::test]
async fn r25_good_token_is_accepted_from_every_algorithm() {
    let authenticator = authenticator(&issuer());
    for signer in Signer::all() {
        let info = authenticator.authenticate(&signer.sign(&good_claims())).await;
        let info = info.unwrap_or_else(|error| panic!("{:?}: {error}", signer.algorithm));
        assert_eq!((info.issuer(), info.subject(), info.client_id()), (ISSUER, "alice", Some("editor")));
        assert_eq!(info.scopes().collect::<Vec<_>>(), ["notes:read", "foreign"]);
        assert!(info.has_scope("foreign") && !info.has_scope("notes") && !info.has_scope("notes:write"));
        assert_eq!(info.scope_set(), super::catalog().resolve(["notes:read"]));
        assert_eq!(info.audience(), [RESOURCE]);
        assert_eq!(info.raw_claims()["iat"], json!(super::NOW - 10));
    }
}

#[tokio::test]
async fn t5_r26_missing_or_null_audience_is_refused() {
    assert_refused(&judge(&without("aud")).await, Reason::MissingClaim("aud"), "missing");
    for aud in [
        json!(null),
        json!(7),
        json!(true),
        json!({"a": RESOURCE}),
        json!([RESOURCE, 7]),
        json!([RESOURCE, null]),
        json!([[RESOURCE]]),
    ] {
        assert_refused(&judge(&with("aud", aud.clone())).await, Reason::BadClaim("aud"), &aud.to_string());
    }
    for aud in [json!(""), json!([]), json!("https://other.example"), json!(["https://other.example"])] {
        assert_refused(&judge(&with("aud", aud.clone())).await, Reason::WrongAudience, &aud.to_string());
    }
}

#[tokio::test]
async fn t7_r27_audience_is_compared_exactly() {
    for aud in [
        "https://notes.example/mcp/",
        "https://notes.example/mc",
        "https://notes.example/mcp-v2",
        "https://notes.example",
        "https://notes.example/mcp/deeper",
        "https://NOTES.example/mcp",
        "https://notes.example:443/mcp",
        "https://notes.example/mcp?",
        "https://notes.example/mcp#",
        "http://notes.example/mcp",
        "https://notes.example/%6dcp",
        "https://notes.example/./mcp",
        " https://notes.example/mcp",
        "*",
    ] {
        assert_refused(&judge(&with("aud", aud)).await, Reason::WrongAudience, aud);
    }
    judge(&with("aud", json!(["https://other.example", RESOURCE]))).await.expect("one of several audiences");
}

#[tokio::test]
async fn r26_another_audience_is_configured_by_name_and_replaces_the_resource() {
    let authenticator = authenticator(&issuer().with_audience("api://notes"));
    authenticator
        .authenticate(&Signer::es256().sign(&with("aud", "api://notes")))
        .await
        .expect("the configured one");
    let result = authenticator.authenticate(&Signer::es256().sign(&good_claims())).await;
    assert_refused(&result, Reason::WrongAudience, "the resource");
}

#[tokio::test]
async fn t6_r30_missing_or_null_issuer_is_refused() {
    assert_refused(&judge(&without("iss")).await, Reason::MissingClaim("iss"), "missing");
    for iss in [
        json!(null),
        json!([ISSUER]),
        json!([ISSUER, "https://evil.example"]),
        json!(""),
        json!(1),
        json!({}),
    ] {
        assert_refused(&judge(&with("iss", iss.clone())).await, Reason::BadClaim("iss"), &iss.to_string());
    }
}

#[tokio::test]
async fn t6_r30_issuer_is_compared_exactly() {
    for iss in [
        "https://issuer.example/",
        "https://ISSUER.example",
        "http://issuer.example",
        "https://issuer.example:443",
        "https://issuer.exampl",
        "https://issuer.example.evil",
        "https://issuer.example@evil.example",
        "https://issuer.example ",
    ] {
        assert_refused(&judge(&with("iss", iss)).await, Reason::WrongIssuer, iss);
    }
}

#[tokio::test]
async fn r30_a_key_of_another_issuer_does_not_help() {
    // Same key id, same issuer in the claims, signed by somebody else.
    let stranger = Signer::generate_es256(Signer::es256().key_id);
    let result = authenticator(&issuer()).authenticate(&stranger.sign(&good_claims())).await;
    assert_refused(&result, Reason::BadSignature, "a stranger's key");
}
