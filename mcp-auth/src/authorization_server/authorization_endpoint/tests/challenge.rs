//! PKCE.

use super::{World, authorize, refusal};

#[tokio::test]
async fn s16_t16_without_a_challenge_by_s256_nothing_goes_on() {
    let world = World::new().await;
    let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let padded = format!("{good}=");
    for changes in [
        &[("code_challenge", None)][..],
        &[("code_challenge", Some(""))],
        &[("code_challenge", None), ("code_challenge_method", None)],
        // Left out, it means `plain`.
        &[("code_challenge_method", None)],
        &[("code_challenge_method", Some("plain"))],
        &[("code_challenge_method", Some("s256"))],
        &[("code_challenge_method", Some("S512"))],
        &[("code_challenge", Some(&good[1..]))],
        &[("code_challenge", Some(&padded))],
        &[("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"))],
        &[("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw~cM"))],
        &[("code_challenge", Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw cM"))],
    ] {
        assert_eq!(refusal(&world, changes).await, "invalid_request", "{changes:?}");
    }
    assert!(world.browser().get(&authorize(&[("code_challenge", Some(good))])).await.is_consent_page());
}
