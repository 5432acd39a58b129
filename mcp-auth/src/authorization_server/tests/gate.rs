//! Our own tokens at the MCP endpoint.

use std::time::Duration;

use http::StatusCode;

use super::{Bed, ISSUER, RESOURCE};
use crate::authorization_server::token::AccessToken;

pub(super) fn claims(bed: &Bed) -> AccessToken {
    let now = bed.core.now().as_secs();
    AccessToken {
        iss: ISSUER.into(),
        sub: "development:alice".into(),
        aud: RESOURCE.into(),
        client_id: "client".into(),
        scope: "notes:read".into(),
        iat: now,
        exp: now + 60,
        jti: "1".into(),
        grant: "grant".into(),
    }
}

#[tokio::test]
async fn s49_s50_tokens_for_others_and_old_ones_are_refused() {
    let bed = Bed::new();
    let call = async |token: AccessToken| bed.call(bed.core.signer.sign(&token).unwrap().expose()).await;
    assert_eq!(call(claims(&bed)).await, StatusCode::OK, "the control");
    for aud in ["http://127.0.0.1:3000/other", "http://127.0.0.1:3000/mcp/", "http://127.0.0.1:3000", ISSUER]
    {
        assert_eq!(
            call(AccessToken { aud: aud.into(), ..claims(&bed) }).await,
            StatusCode::UNAUTHORIZED,
            "{aud}"
        );
    }
    let token = AccessToken { jti: "2".into(), ..claims(&bed) };
    bed.clock.advance(Duration::from_secs(91));
    assert_eq!(call(token).await, StatusCode::UNAUTHORIZED);
    let other = Bed::new();
    let foreign = other.core.signer.sign(&claims(&other)).unwrap();
    assert_eq!(bed.call(foreign.expose()).await, StatusCode::UNAUTHORIZED, "another key");
}

/// Nothing could end it.
#[tokio::test]
async fn c13_a_token_without_a_grant_is_refused() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let bed = Bed::new();
    for grant in ["", ",\"grant\":null", ",\"grant\":1", ",\"grant\":[\"grant\"]"] {
        let token = bed.core.signer.sign_raw(&format!(
            "{{\"iss\":\"{ISSUER}\",\"sub\":\"a\",\"aud\":\"{RESOURCE}\",\"exp\":{}{grant}}}",
            bed.core.now().as_secs() + 60
        ));
        let claims = token.split('.').nth(1).unwrap();
        assert!(URL_SAFE_NO_PAD.decode(claims).is_ok());
        assert_eq!(bed.call(&token).await, StatusCode::UNAUTHORIZED, "{grant}");
    }
}

/// Also a token that the gate remembers, and one that it sees for the first time.
#[tokio::test]
async fn c13_s78_an_ended_grant_is_401_at_once() {
    let bed = Bed::new();
    let sign = |jti: &str| bed.core.signer.sign(&AccessToken { jti: jti.into(), ..claims(&bed) }).unwrap();
    let (known, unknown) = (sign("1"), sign("2"));
    let other = bed.core.signer.sign(&AccessToken { grant: "other".into(), ..claims(&bed) }).unwrap();
    for token in [&known, &other] {
        assert_eq!(bed.call(token.expose()).await, StatusCode::OK);
    }
    bed.core.grant_ended("grant");
    for token in [&known, &unknown] {
        assert_eq!(bed.call(token.expose()).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(bed.call(other.expose()).await, StatusCode::OK);
}
