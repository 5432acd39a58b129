//! Clocks that jump, and clocks that differ.

use std::time::Duration;

use http::StatusCode;

use super::super::{Bed, Folder, settings};
use crate::{store::SqliteStore, testing::TestClock};

const HOUR: u64 = 3600;

/// What ended by the clock, by use or by revocation is not revived by any other clock; and nothing fails because of it.
#[tokio::test]
async fn c27_no_jump_of_the_clock_revives_anything_or_is_a_fault_of_ours() {
    let bed = Bed::new();
    let now = bed.clock.unix_seconds();
    let (client, tokens) = bed.signed_in().await;
    let (revoked_client, revoked) = bed.signed_in().await;
    let form = [("client_id", revoked_client.as_str()), ("token", &revoked.text("refresh_token"))];
    assert_eq!(bed.form("/revoke", &form).await.status, StatusCode::OK);
    let used = bed.code(&client).await;
    assert_eq!(bed.redeem(&used).await.status, StatusCode::OK);
    let removed = bed.code(&client).await;
    // Two days ahead: the code is too late, and is removed.
    bed.clock.set(now + 48 * HOUR);
    bed.redeem(&removed).await.assert_error(400, "invalid_grant");
    bed.core.store.expire(bed.core.now(), 1000).await.unwrap();
    for (at, honoured) in [(now, true), (now - HOUR, false), (0, false), (now + HOUR + 120, false)] {
        bed.clock.set(at);
        bed.redeem(&removed).await.assert_error(400, "invalid_grant");
        bed.refresh(&revoked_client, &revoked.text("refresh_token")).await.assert_error(400, "invalid_grant");
        assert_eq!(bed.call(&revoked.text("access_token")).await, StatusCode::UNAUTHORIZED, "at {at}");
        // A token of tomorrow is not good today, and one of today is not good tomorrow.
        let expected = if honoured { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        assert_eq!(bed.call(&tokens.text("access_token")).await, expected, "at {at}");
        // Whoever begins now is served.
        let begun = bed.redeem(&bed.code(&bed.other_client().await).await).await;
        assert_eq!(begun.status, StatusCode::OK, "at {at}: {begun:?}");
        assert_eq!(bed.call(&begun.text("access_token")).await, StatusCode::OK, "at {at}");
    }
    // Used is used, whatever the time.
    bed.clock.set(now - HOUR);
    bed.redeem(&used).await.assert_error(400, "invalid_grant");
}

/// At each of two nodes, what the other gave is good at once. The difference shortens the grace of a refresh token, which is 30 s.
#[tokio::test]
async fn c28_nodes_whose_clocks_differ_by_half_a_minute_serve_each_others_clients() {
    let folder = Folder::new();
    let open = || settings(SqliteStore::open(folder.file("auth.db")).unwrap());
    let behind = Bed::at(open(), TestClock::new());
    let ahead = Bed::at(open(), TestClock::at(behind.clock.unix_seconds() + 29));
    for (one, other) in [(&behind, &ahead), (&ahead, &behind)] {
        let client = one.client().await;
        let tokens = other.redeem(&one.code(&client).await).await;
        assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
        assert_eq!(one.call(&tokens.text("access_token")).await, StatusCode::OK);
        let mut token = tokens.text("refresh_token");
        for bed in [one, other, one] {
            let newer = bed.refresh(&client, &token).await;
            // The answer was lost, and the other node is asked.
            let again = if std::ptr::eq(bed, one) { other } else { one }.refresh(&client, &token).await;
            assert_eq!(again.text("refresh_token"), newer.text("refresh_token"));
            assert_eq!(other.call(&newer.text("access_token")).await, StatusCode::OK);
            token = newer.text("refresh_token");
        }
    }
    // A code that lives for a minute by its node's clock lives for half of it at the other.
    let given = behind.code(&behind.client().await).await;
    behind.clock.advance(Duration::from_secs(30));
    ahead.clock.advance(Duration::from_secs(30));
    assert_eq!(ahead.redeem(&given).await.status, StatusCode::OK);
}
