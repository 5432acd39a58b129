//! R25, F10, F14: the other claims, and JSON from strangers.

use serde_json::{Value, json};

use super::{
    Reason, Signer, assert_refused, authenticator, good_claims, issuer, judge, judge_text, with, without,
};
use crate::authenticate::AuthenticateError;

#[tokio::test]
async fn f5_missing_or_empty_subject_is_refused() {
    assert_refused(&judge(&without("sub")).await, Reason::MissingClaim("sub"), "missing");
    for sub in [json!(""), json!(null), json!(42), json!(["alice"]), json!({"id": "alice"})] {
        assert_refused(&judge(&with("sub", sub.clone())).await, Reason::BadClaim("sub"), &sub.to_string());
    }
}

#[tokio::test]
async fn client_is_named_by_client_id_then_azp_then_cid() {
    let mut claims = without("client_id");
    assert_eq!(judge(&claims).await.unwrap().client_id(), None);
    claims["cid"] = json!("okta");
    assert_eq!(judge(&claims).await.unwrap().client_id(), Some("okta"));
    claims["azp"] = json!("openid");
    assert_eq!(judge(&claims).await.unwrap().client_id(), Some("openid"));
    claims["client_id"] = json!("rfc");
    assert_eq!(judge(&claims).await.unwrap().client_id(), Some("rfc"));
    for claim in ["client_id", "azp", "cid"] {
        for value in [json!(null), json!(7), json!(""), json!(["a"])] {
            assert_refused(&judge(&with(claim, value)).await, Reason::BadClaim(claim), claim);
        }
    }
}

async fn scopes(scope: Option<Value>, scp: Option<Value>) -> Vec<String> {
    let mut claims = without("scope");
    for (name, value) in [("scope", scope), ("scp", scp)] {
        if let Some(value) = value {
            claims[name] = value;
        }
    }
    judge(&claims).await.unwrap().scopes().map(str::to_owned).collect()
}

#[tokio::test]
async fn scopes_come_from_scope_and_scp() {
    assert!(scopes(None, None).await.is_empty());
    assert!(scopes(Some(json!("")), None).await.is_empty());
    assert_eq!(scopes(Some(json!("a  b a ")), None).await, ["a", "b"]);
    assert_eq!(scopes(None, Some(json!("a b"))).await, ["a", "b"]);
    assert_eq!(scopes(None, Some(json!(["a", "b"]))).await, ["a", "b"]);
    assert_eq!(scopes(Some(json!("a b")), Some(json!(["b", "c"]))).await, ["a", "b", "c"]);
    // A word of an array is one word; only a space separates.
    assert_eq!(scopes(Some(json!("a,b\tc\u{a0}d")), Some(json!(["notes:read notes:write"]))).await.len(), 2);
}

#[tokio::test]
async fn f14_scopes_of_a_wrong_type_are_refused() {
    for value in [json!(null), json!(7), json!(["a"]), json!({"a": true}), json!(true)] {
        assert_refused(
            &judge(&with("scope", value.clone())).await,
            Reason::BadClaim("scope"),
            &value.to_string(),
        );
    }
    for value in [json!(null), json!(7), json!([7]), json!([["a"]]), json!({"a": true})] {
        assert_refused(
            &judge(&with("scp", value.clone())).await,
            Reason::BadClaim("scp"),
            &value.to_string(),
        );
    }
}

#[tokio::test]
async fn f10_a_name_that_stands_twice_is_refused() {
    for (name, second) in [
        ("scope", "\"notes:write\""),
        ("sub", "\"bob\""),
        ("exp", "9999999999"),
        ("x", "1"),
        ("aud", "\"b\""),
    ] {
        let claims = with("x", 0).to_string();
        let twice = claims.replacen('{', &format!("{{\"{name}\":{second},"), 1);
        assert_refused(&judge_text(&twice).await, Reason::NotAJwt, name);
        // The same name written with an escape is the same name.
        let escaped =
            claims.replacen('{', &format!("{{\"\\u{:04x}{}\":{second},", name.as_bytes()[0], &name[1..]), 1);
        assert_refused(&judge_text(&escaped).await, Reason::NotAJwt, name);
    }
}

#[tokio::test]
async fn f14_deep_nesting_is_refused_before_the_signature() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let claims = |depth| with("x", "HERE").to_string().replace("\"HERE\"", &nested(depth));
    judge_text(&claims(31)).await.expect("31 in an object are 32");
    assert_refused(&judge_text(&claims(32)).await, Reason::NotAJwt, "33");
    assert_refused(&judge_text(&claims(5000)).await, Reason::NotAJwt, "5001");
    // Only opened, never closed.
    assert_refused(&judge_text(&"[".repeat(9000)).await, Reason::NotAJwt, "open brackets");
    // Brackets in strings are none.
    judge(&with("x", "[".repeat(100))).await.expect("a string of brackets");
    judge(&with("x", "\"[\\".repeat(50))).await.expect("a string of quotes and brackets");
}

#[tokio::test]
async fn f14_claims_that_are_no_object_are_refused() {
    for text in
        ["", " ", "null", "[]", "7", "\"x\"", "{", "{}}", "{},", "{\"a\":}", "{'a':1}", "\u{feff}{}", "{} x"]
    {
        assert!(matches!(judge_text(text).await, Err(AuthenticateError::Invalid(_))), "{text:?}");
    }
    assert_refused(&judge_text("{}").await, Reason::MissingClaim("iss"), "an empty object");
}

#[tokio::test]
async fn f14_every_claim_of_every_wrong_type_is_the_tokens_fault() {
    let authenticator = authenticator(&issuer());
    let names = [
        "iss",
        "aud",
        "sub",
        "exp",
        "nbf",
        "iat",
        "scope",
        "scp",
        "client_id",
        "azp",
        "cid",
        "typ",
        "nonce",
        "cnf",
        "jti",
    ];
    let values = [
        json!(null),
        json!(-0.0),
        json!(u64::MAX),
        json!([]),
        json!([null]),
        json!({}),
        json!(false),
        json!("\u{0}"),
    ];
    for name in names {
        for value in &values {
            let result = authenticator.authenticate(&Signer::es256().sign(&with(name, value.clone()))).await;
            assert!(
                matches!(result, Ok(_) | Err(AuthenticateError::Invalid(_))),
                "{name} = {value}: {result:?}"
            );
        }
    }
    authenticator
        .authenticate(&Signer::es256().sign(&good_claims()))
        .await
        .expect("and the verifier is well");
}

#[tokio::test]
async fn many_scopes_cost_no_more_than_their_length() {
    let scope: Vec<String> = (0..2500).map(|number| format!("{number:x}")).collect();
    assert_eq!(judge(&with("scope", scope.join(" "))).await.unwrap().scopes().count(), 2500);
}
