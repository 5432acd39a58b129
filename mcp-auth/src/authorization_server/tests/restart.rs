//! A second start on the same file: the same keys, good tokens stay good, ended grants stay ended.

use std::time::Duration;

use http::StatusCode;

use super::{Bed, Folder, settings};
use crate::store::{Digest, SqliteStore};

fn start(folder: &Folder, before: Option<&Bed>) -> Bed {
    let settings = settings(SqliteStore::open(folder.file("auth.db")).unwrap());
    match before {
        Some(before) => Bed::at(settings, before.clock.clone()),
        None => Bed::of(settings),
    }
}

#[tokio::test]
async fn c13_c19_what_was_good_is_good_and_what_has_ended_has_ended() {
    let folder = Folder::new();
    let before = start(&folder, None);
    let (client, tokens) = before.signed_in().await;
    let ended = before.redeem(&before.code(&client).await).await;
    let revoke = [("client_id", client.as_str()), ("token", &ended.text("refresh_token"))];
    assert_eq!(before.form("/revoke", &revoke).await.status, StatusCode::OK);
    let given = before.code(&client).await;
    let redeemed = before.redeem(&given).await;

    let after = start(&folder, Some(&before));
    assert_eq!(after.core.signer.jwks(), before.core.signer.jwks());
    assert_eq!(after.call(&tokens.text("access_token")).await, StatusCode::OK);
    assert_eq!(after.call(&ended.text("access_token")).await, StatusCode::UNAUTHORIZED);
    after.refresh(&client, &ended.text("refresh_token")).await.assert_error(400, "invalid_grant");
    assert_eq!(after.refresh(&client, &tokens.text("refresh_token")).await.status, StatusCode::OK);
    // A code that was redeemed before comes again, with proof.
    assert_eq!(after.call(&redeemed.text("access_token")).await, StatusCode::OK);
    after.clock.advance(Duration::from_secs(5));
    after.redeem(&given).await.assert_error(400, "invalid_grant");
    assert_eq!(after.call(&redeemed.text("access_token")).await, StatusCode::UNAUTHORIZED);
}

/// Both run on one file, as two processes of one machine do.
#[tokio::test]
async fn c29_c30_two_that_share_a_file_agree() {
    let folder = Folder::new();
    let one = start(&folder, None);
    let two = start(&folder, Some(&one));
    let (client, tokens) = one.signed_in().await;
    assert_eq!(two.call(&tokens.text("access_token")).await, StatusCode::OK);
    let first = tokens.text("refresh_token");
    let newer = one.refresh(&client, &first).await;
    assert_eq!(two.refresh(&client, &first).await.text("refresh_token"), newer.text("refresh_token"));
    let given = one.code(&client).await;
    assert_eq!(two.redeem(&given).await.status, StatusCode::OK);
    one.redeem(&given).await.assert_error(400, "invalid_grant");
}

/// A racer of the other process is as honest as one of this: the winner's tokens stay good. Who comes when the answer has been
/// there for long has stolen the code.
#[tokio::test]
async fn t22_f17_c29_a_racer_of_another_process_ends_nothing_and_a_thief_does() {
    let folder = Folder::new();
    let one = start(&folder, None);
    let two = start(&folder, Some(&one));
    let client = one.client().await;
    let given = one.code(&client).await;
    let tokens = one.redeem(&given).await;
    let ended = async || {
        let grant = one.core.store.code(&Digest::of(&given.code)).await.unwrap().unwrap().redeemed.unwrap();
        one.core.store.grant(&grant).await.unwrap().unwrap().ended_at
    };
    one.clock.advance(Duration::from_millis(4999));
    two.redeem(&given).await.assert_error(400, "invalid_grant");
    assert_eq!(ended().await, None);
    for bed in [&one, &two] {
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    }
    one.clock.advance(Duration::from_millis(1));
    two.redeem(&given).await.assert_error(400, "invalid_grant");
    assert!(ended().await.is_some());
    assert_eq!(two.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
}

/// What ends at one process ends at the others too, a round of housekeeping later.
#[tokio::test]
async fn c13_s78_what_one_process_ends_the_others_learn() {
    let folder = Folder::new();
    let one = start(&folder, None);
    let two = start(&folder, Some(&one));
    two.core.keep_house_every(Duration::from_millis(5));
    let (client, tokens) = one.signed_in().await;
    let (_, others) = one.signed_in().await;
    let access = tokens.text("access_token");
    assert_eq!(two.call(&access).await, StatusCode::OK);
    let revoke = [("client_id", client.as_str()), ("token", access.as_str())];
    assert_eq!(one.form("/revoke", &revoke).await.status, StatusCode::OK);
    let learned = async {
        while two.call(&access).await != StatusCode::UNAUTHORIZED {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), learned).await.expect("it is refused before long");
    assert_eq!(two.call(&others.text("access_token")).await, StatusCode::OK);
}
