//! A store that is put back to what it was: from a backup, or by a disk that lost the last moments. What cannot be prevented is
//! bounded, and is in the guide (`docs/store.md`).

use std::time::Duration;

use http::StatusCode;

use super::super::{Bed, Folder, process::copy, settings};
use crate::store::SqliteStore;

fn start(folder: &Folder, name: &str, before: Option<&Bed>) -> Bed {
    let settings = settings(SqliteStore::open(folder.file(name)).unwrap());
    match before {
        Some(before) => Bed::at(settings, before.clock.clone()),
        None => Bed::of(settings),
    }
}

/// The last moments are lost: a code that was used is good once more, by whoever has its proof, and while it lives.
#[tokio::test]
async fn c25_a_code_that_comes_back_is_good_for_its_minute_and_no_longer() {
    for (seconds, good) in [(59, true), (60, false)] {
        let folder = Folder::new();
        let bed = start(&folder, "auth.db", None);
        let given = bed.code(&bed.client().await).await;
        copy(&folder.file("auth.db"), &folder.file("back.db"));
        assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
        bed.clock.advance(Duration::from_secs(seconds));
        let back = start(&folder, "back.db", Some(&bed));
        let again = back.redeem(&given).await;
        assert_eq!(again.status == StatusCode::OK, good, "after {seconds} s: {again:?}");
    }
}

/// A backup of yesterday: who refreshed since then signs in again, and nobody's grant is ended for that. A revocation since then
/// is lost.
#[tokio::test]
async fn c26_a_backup_ends_no_family_and_forgets_revocations() {
    let folder = Folder::new();
    let bed = start(&folder, "auth.db", None);
    let (client, rotated) = bed.signed_in().await;
    let (revoked_client, revoked) = bed.signed_in().await;
    copy(&folder.file("auth.db"), &folder.file("back.db"));
    let newer = bed.refresh(&client, &rotated.text("refresh_token")).await;
    let form = [("client_id", revoked_client.as_str()), ("token", &revoked.text("refresh_token"))];
    assert_eq!(bed.form("/revoke", &form).await.status, StatusCode::OK);
    let (late_client, late) = bed.signed_in().await;

    bed.clock.advance(Duration::from_secs(24 * 3600));
    let back = start(&folder, "back.db", Some(&bed));
    // Unknown, which is no reuse: the client signs in again, and the grant is as it was.
    back.refresh(&client, &newer.text("refresh_token")).await.assert_error(400, "invalid_grant");
    back.refresh(&late_client, &late.text("refresh_token")).await.assert_error(400, "invalid_grant");
    let kept = back.refresh(&client, &rotated.text("refresh_token")).await;
    assert_eq!(kept.status, StatusCode::OK, "{kept:?}");
    // This is what the guide warns of.
    let revived = back.refresh(&revoked_client, &revoked.text("refresh_token")).await;
    assert_eq!(revived.status, StatusCode::OK);
    let given = back.code(&back.client().await).await;
    assert_eq!(back.redeem(&given).await.status, StatusCode::OK);
}
