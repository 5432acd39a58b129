//! R43: a token reaches no log, no error text and no debug output.

use super::{Signer, authenticator, good_claims, issuer, log::Log, with};
use crate::authenticate::{AuthenticateError, bearer::bearer};

/// Every part of a token long enough to matter.
#[track_caller]
fn assert_holds_no_part(text: &str, token: &str) {
    for part in token.split('.').filter(|part| part.len() > 16) {
        assert!(!text.contains(&part[..16]), "{text}");
        assert!(!text.contains(&part[part.len() - 16..]), "{text}");
    }
}

#[tokio::test]
async fn r43_tokens_do_not_reach_the_log_or_any_text() {
    let log = Log::capture();

    let authenticator = authenticator(&issuer());
    let mut tokens = vec![
        Signer::es256().sign(&good_claims()),
        Signer::generate_es256("ec-1").sign(&good_claims()),
        Signer::generate_es256("unknown").sign(&good_claims()),
        "secret-secret-secret-secret.secret-secret-secret-secret.secret-secret-secret-secret".to_owned(),
    ];
    for (name, value) in [
        ("iss", "https://evil.example"),
        ("aud", "x"),
        ("exp", "x"),
        ("typ", "ID"),
        ("cnf", "x"),
        ("sub", ""),
    ] {
        tokens.push(Signer::es256().sign(&with(name, value)));
    }
    let mut texts = Vec::new();
    for token in &tokens {
        let result = authenticator.authenticate(token).await;
        texts.push(format!("{result:?} {result:#?}"));
        if let Err(error) = result {
            texts.push(error.to_string());
        }
    }
    texts.push(format!("{authenticator:?}"));
    let log = log.text();
    assert!(
        log.contains("a token was refused") && log.contains("the token's signature is wrong"),
        "the log works: {log}"
    );
    for token in &tokens {
        assert_holds_no_part(&log, token);
        assert_holds_no_part(&texts.concat(), token);
    }
}

#[test]
fn r43_a_malformed_header_is_not_repeated() {
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", "Bearer very-secret very-secret".parse().unwrap());
    let error = bearer(&headers).unwrap_err();
    assert!(matches!(error, AuthenticateError::Malformed(_)));
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[tokio::test]
async fn r43_auth_info_prints_who_and_not_the_claims() {
    let token = Signer::es256().sign(&with("email", "alice@home.example"));
    let info = authenticator(&issuer()).authenticate(&token).await.unwrap();
    let text = format!("{info:?}");
    for shown in ["https://issuer.example", "alice", "editor", "notes:read"] {
        assert!(text.contains(shown), "{text}");
    }
    assert!(!text.contains("home.example"), "{text}");
    assert_eq!(format!("{:?}", info.principal()).matches("alice").count(), 1);
}
