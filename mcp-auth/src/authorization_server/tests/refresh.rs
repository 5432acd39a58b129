//! `/token` with a refresh token: rotation, the grace, reuse.

use std::time::Duration;

use http::StatusCode;

use super::{Bed, memory, refresh_form, settings, with};
use crate::Lifetimes;

const GRACE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn s51_a_refresh_token_is_rotated_and_the_new_one_works() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let newer = bed.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(newer.status, StatusCode::OK, "{newer:?}");
    assert_ne!(newer.text("refresh_token"), tokens.text("refresh_token"));
    assert_ne!(newer.text("access_token"), tokens.text("access_token"));
    assert_eq!(newer.body["scope"], tokens.body["scope"], "S48: the true scope, always");
    let read = |answer: &super::Answer| bed.core.signer.read(&answer.text("access_token")).unwrap();
    let (one, two) = (read(&tokens), read(&newer));
    assert_eq!((one.grant, one.aud, one.sub, one.client_id), (two.grant, two.aud, two.sub, two.client_id));
    assert_eq!(bed.call(&newer.text("access_token")).await, StatusCode::OK);
    assert_eq!(bed.refresh(&client, &newer.text("refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn t24_s52_within_the_grace_the_same_successor_is_given_again() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let first = tokens.text("refresh_token");
    let successor = bed.refresh(&client, &first).await.text("refresh_token");
    for _ in 0..3 {
        bed.clock.advance(Duration::from_secs(9));
        let again = bed.refresh(&client, &first).await;
        assert_eq!(again.text("refresh_token"), successor);
        assert_eq!(bed.call(&again.text("access_token")).await, StatusCode::OK);
    }
    assert_eq!(bed.refresh(&client, &successor).await.status, StatusCode::OK);
}

#[tokio::test]
async fn t24_s52_after_the_grace_a_reuse_ends_the_family_at_once() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let first = tokens.text("refresh_token");
    let newer = bed.refresh(&client, &first).await;
    assert_eq!(bed.call(&newer.text("access_token")).await, StatusCode::OK);
    bed.clock.advance(GRACE + Duration::from_millis(1));
    bed.refresh(&client, &first).await.assert_error(400, "invalid_grant");
    for tokens in [&tokens, &newer] {
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
        bed.refresh(&client, &tokens.text("refresh_token")).await.assert_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn t24_s52_the_grace_ends_when_the_successor_is_used() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let first = tokens.text("refresh_token");
    let second = bed.refresh(&client, &first).await.text("refresh_token");
    let third = bed.refresh(&client, &second).await;
    bed.refresh(&client, &first).await.assert_error(400, "invalid_grant");
    assert_eq!(bed.call(&third.text("access_token")).await, StatusCode::UNAUTHORIZED);
    bed.refresh(&client, &third.text("refresh_token")).await.assert_error(400, "invalid_grant");
}

/// The clock of some servers counts whole seconds; ours does not have to move at all.
#[tokio::test]
async fn t24_f17_without_a_grace_a_reuse_in_the_same_moment_is_noticed() {
    let lifetimes = Lifetimes { refresh_grace: Duration::ZERO, ..Lifetimes::default() };
    let bed = Bed::of(settings(memory()).lifetimes(lifetimes));
    let (client, tokens) = bed.signed_in().await;
    let first = tokens.text("refresh_token");
    let newer = bed.refresh(&client, &first).await;
    bed.refresh(&client, &first).await.assert_error(400, "invalid_grant");
    assert_eq!(bed.call(&newer.text("access_token")).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn s53_scopes_narrow_for_one_access_token_and_never_widen() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let first = tokens.text("refresh_token");
    let form = refresh_form(&client, &first);
    for wider in ["admin", "notes:read admin", "notes:read notes:write openid", "NOTES:READ"] {
        bed.form("/token", &with(&form, "scope", Some(wider))).await.assert_error(400, "invalid_scope");
    }
    let narrow = bed.form("/token", &with(&form, "scope", Some("notes:read"))).await;
    assert_eq!(narrow.body["scope"], "notes:read");
    let token = bed.core.signer.read(&narrow.text("access_token")).unwrap();
    assert_eq!(token.scope, "notes:read");
    let second = narrow.text("refresh_token");
    let form = with(&refresh_form(&client, &second), "scope", Some("offline_access"));
    let full = bed.form("/token", &form).await;
    assert_eq!(full.body["scope"], "notes:read notes:write", "the refresh token keeps the grant's");
}

#[tokio::test]
async fn t23_t25_s49_s51_a_refused_refresh_changes_nothing() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let other = bed.other_client().await;
    let first = tokens.text("refresh_token");
    let form = refresh_form(&client, &first);
    for (name, value, status, error) in [
        ("client_id", Some(other.as_str()), 400, "invalid_grant"),
        ("client_id", Some("unknown"), 401, "invalid_client"),
        ("client_id", None, 400, "invalid_request"),
        ("resource", Some("http://127.0.0.1:3000/other"), 400, "invalid_target"),
        ("refresh_token", Some("made-up"), 400, "invalid_grant"),
        ("refresh_token", None, 400, "invalid_request"),
        ("scope", Some("admin"), 400, "invalid_scope"),
    ] {
        bed.form("/token", &with(&form, name, value)).await.assert_error(status, error);
    }
    // An access token is no refresh token, and a refresh token no access token.
    let access = tokens.text("access_token");
    bed.refresh(&client, &access).await.assert_error(400, "invalid_grant");
    assert_eq!(bed.call(&first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bed.refresh(&client, &first).await.status, StatusCode::OK, "it is as good as before");
}

/// Not even after the grace, when the right client would end the family with it.
#[tokio::test]
async fn t22_t24_a_stranger_with_an_old_refresh_token_ends_nothing() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let other = bed.other_client().await;
    let first = tokens.text("refresh_token");
    let newer = bed.refresh(&client, &first).await;
    bed.clock.advance(GRACE * 2);
    bed.refresh(&other, &first).await.assert_error(400, "invalid_grant");
    assert_eq!(bed.call(&newer.text("access_token")).await, StatusCode::OK);
    assert_eq!(bed.refresh(&client, &newer.text("refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s54_a_refresh_token_that_nobody_uses_ends() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    bed.kept(&client).await;
    bed.clock.advance(Duration::from_secs(30 * 24 * 3600));
    bed.refresh(&client, &tokens.text("refresh_token")).await.assert_error(400, "invalid_grant");
}

/// The successor lies in the store for the grace; a copy of the store alone does not open it.
#[tokio::test]
async fn s56_the_kept_successor_opens_with_the_presented_token_only() {
    use crate::{
        authorization_server::Sealer,
        store::{Digest, RefreshTokenRecord, Rotation},
    };
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let first = tokens.text("refresh_token");
    let successor = bed.refresh(&client, &first).await.text("refresh_token");
    let now = bed.core.now();
    let never = RefreshTokenRecord {
        token: Digest::of("never"),
        grant: String::new(),
        issued_at: now,
        expires_at: now,
    };
    let rotation = bed.core.store.rotate(&Digest::of(&first), never, Vec::new(), GRACE, now).await.unwrap();
    let Rotation::Repeated { sealed } = rotation else { panic!("{rotation:?}") };
    assert!(!sealed.windows(8).any(|bytes| successor.as_bytes().windows(8).any(|other| other == bytes)));
    let opened = |key: &str| Sealer::new([("", key.as_bytes())]).open(&["successor"], &sealed);
    assert_eq!(opened(&first).unwrap(), successor.as_bytes());
    assert!(opened(&successor).is_err());
}

/// Who took a way to sign in away does not mean its people to stay for the half year of a grant.
#[tokio::test]
async fn s35_a_grant_ends_with_the_way_to_sign_in() {
    let store = super::failing_store::FailingStore::new(memory());
    let key = "0123456789abcdef0123456789abcdef";
    let before = Bed::of(settings(store.clone()).sealing_key("1", key));
    let (client, tokens) = before.signed_in().await;
    let newer = before.refresh(&client, &tokens.text("refresh_token")).await;
    let only_github = crate::AuthorizationServer::new(super::ISSUER)
        .sign_in(crate::GitHub::new("id", "secret"))
        .store(store.clone())
        .sealing_key("1", key);
    let without = Bed::at(only_github, before.clock.clone());
    without.refresh(&client, &newer.text("refresh_token")).await.assert_error(400, "invalid_grant");
    // It was not used up by that.
    assert_eq!(before.refresh(&client, &newer.text("refresh_token")).await.status, StatusCode::OK);
}
