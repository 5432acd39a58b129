//! Signing keys change while servers run.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::{Answer, Bed, Folder, ISSUER, memory, settings};
use crate::{AuthorizationServer, DevelopmentSignIn, Lifetimes, store::SqliteStore, testing::TestClock};

const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const MINUTE: Duration = Duration::from_secs(60);

fn published(bed: &Bed) -> Vec<String> {
    let jwks = bed.core.signer.jwks();
    let keys = jwks["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Which key signed the access token.
fn signed_by(answer: &Answer) -> String {
    use base64::Engine as _;
    let token = answer.text("access_token");
    let header = token.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn two(folder: &Folder) -> (Bed, Bed) {
    let clock = TestClock::new();
    let open = || {
        let store = SqliteStore::open(folder.file("auth.db")).unwrap();
        let settings = AuthorizationServer::new(ISSUER).sign_in(DevelopmentSignIn::new()).store(store);
        Bed::at(settings.sealing_key("2026", KEY), clock.clone())
    };
    (open(), open())
}

#[tokio::test]
async fn c4_a_new_key_is_published_before_it_signs_and_the_old_one_lives_out_its_tokens() {
    let bed = Bed::new();
    let old = published(&bed).remove(0);
    let (client, tokens) = bed.signed_in().await;
    assert_eq!(signed_by(&tokens), old);
    let from = bed.core.rotate_signing_key("a test").await.unwrap();
    assert_eq!(from, bed.core.now().plus(10 * MINUTE + Duration::from_millis(1)));
    let keys = published(&bed);
    assert_eq!((keys.len(), &keys[0]), (2, &old));
    // Everybody who asks sees both, before the new one signs anything.
    let jwks = bed.get("/.well-known/jwks.json").await;
    assert_eq!(jwks.body["keys"].as_array().unwrap().len(), 2);
    // Who asks again gets the one that is on its way.
    assert_eq!(bed.core.rotate_signing_key("a test").await.unwrap(), from);
    assert_eq!(published(&bed).len(), 2);

    bed.clock.advance(9 * MINUTE);
    let before = bed.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(signed_by(&before), old);
    bed.clock.advance(MINUTE + Duration::from_secs(1));
    let after = bed.refresh(&client, &before.text("refresh_token")).await;
    assert_eq!(signed_by(&after), keys[1]);
    // The last token of the old key lives out its time.
    assert_eq!(bed.call(&before.text("access_token")).await, StatusCode::OK);
    assert_eq!(bed.call(&after.text("access_token")).await, StatusCode::OK);
    bed.clock.advance(50 * MINUTE);
    bed.core.look_after_keys().await.unwrap();
    assert_eq!(bed.call(&before.text("access_token")).await, StatusCode::OK);
    assert_eq!(published(&bed).len(), 2);
    bed.clock.advance(40 * MINUTE);
    bed.core.look_after_keys().await.unwrap();
    assert_eq!(published(&bed), keys[1..], "the old key is gone after its last token");
    let last = bed.refresh(&client, &after.text("refresh_token")).await;
    assert_eq!(bed.call(&last.text("access_token")).await, StatusCode::OK);
}

#[tokio::test]
async fn c4_c7_other_processes_learn_of_a_key_before_it_signs_and_at_once_when_they_meet_it() {
    let folder = Folder::new();
    let (one, two) = two(&folder);
    one.core.rotate_signing_key("a test").await.unwrap();
    assert_eq!(published(&two).len(), 1);
    two.core.look_after_keys().await.unwrap();
    assert_eq!(published(&two), published(&one));
    // All keys are replaced: no time to publish anything. The other process meets the key with the first token.
    let (_, old) = one.signed_in().await;
    assert_eq!(two.call(&old.text("access_token")).await, StatusCode::OK);
    one.core.replace_signing_keys("a test").await.unwrap();
    let (client, new) = one.signed_in().await;
    assert_eq!(one.call(&old.text("access_token")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(two.call(&new.text("access_token")).await, StatusCode::OK, "it looks at once");
    // It verified and remembers the old token: with its key gone, that is worth nothing.
    assert_eq!(two.call(&old.text("access_token")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(published(&two), published(&one));
    two.clock.advance(2 * MINUTE);
    one.core.replace_signing_keys("a test").await.unwrap();
    // A token to be revoked whose key is not known here yet.
    let newer = one.refresh(&client, &new.text("refresh_token")).await;
    let access = newer.text("access_token");
    let revoke = [("client_id", client.as_str()), ("token", access.as_str())];
    assert_eq!(two.form("/revoke", &revoke).await.status, StatusCode::OK);
    one.refresh(&client, &newer.text("refresh_token")).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn of_two_processes_that_rotate_at_once_one_makes_the_key() {
    for _ in 0..10 {
        let folder = Folder::new();
        let (one, two) = two(&folder);
        let (first, second) =
            tokio::join!(one.core.rotate_signing_key("a test"), two.core.rotate_signing_key("a test"));
        assert_eq!(first.unwrap(), second.unwrap());
        assert_eq!(published(&one).len(), 2);
        assert_eq!(published(&one), published(&two));
    }
}

#[tokio::test]
async fn keys_rotate_by_themselves_where_they_have_a_lifetime() {
    let lifetimes = Lifetimes { signing_key: Some(Duration::from_secs(24 * 3600)), ..Lifetimes::default() };
    let bed = Bed::of(settings(memory()).lifetimes(lifetimes));
    bed.clock.advance(Duration::from_secs(24 * 3600 - 1));
    bed.core.look_after_keys().await.unwrap();
    assert_eq!(published(&bed).len(), 1);
    bed.clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        bed.core.look_after_keys().await.unwrap();
        assert_eq!(published(&bed).len(), 2);
    }
    bed.clock.advance(100 * MINUTE);
    bed.core.look_after_keys().await.unwrap();
    assert_eq!(published(&bed).len(), 1);
    let too_short = Lifetimes { signing_key: Some(MINUTE), ..Lifetimes::default() };
    let error = settings(memory()).lifetimes(too_short).build().unwrap_err().to_string();
    assert!(error.contains("Lifetimes::signing_key"), "{error}");
}

/// Whenever the process ends: what the store has is what the next one starts with.
#[tokio::test]
async fn a_rotation_that_is_cut_short_leaves_keys_that_work() {
    let folder = Folder::new();
    let (one, two) = two(&folder);
    let (client, tokens) = one.signed_in().await;
    one.core.rotate_signing_key("a test").await.unwrap();
    drop(one);
    let store = SqliteStore::open(folder.file("auth.db")).unwrap();
    let settings = AuthorizationServer::new(ISSUER).sign_in(DevelopmentSignIn::new()).store(store);
    let next = Bed::at(settings.sealing_key("2026", KEY), two.clock.clone());
    assert_eq!(published(&next).len(), 2);
    assert_eq!(next.call(&tokens.text("access_token")).await, StatusCode::OK);
    two.clock.advance(11 * MINUTE);
    let newer = next.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(signed_by(&newer), published(&next)[1]);
    assert_eq!(two.call(&newer.text("access_token")).await, StatusCode::OK);
}
