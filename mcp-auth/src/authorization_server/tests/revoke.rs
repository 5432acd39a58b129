//! `/revoke`.

use std::time::Duration;

use http::StatusCode;

use super::Bed;

async fn revoke(bed: &Bed, client: &str, token: &str, hint: &str) -> super::Answer {
    bed.form("/revoke", &[("client_id", client), ("token", token), ("token_type_hint", hint)]).await
}

#[tokio::test]
async fn s76_s78_s79_c13_either_token_ends_the_grant_at_once_whatever_the_hint() {
    let bed = Bed::new();
    for member in ["refresh_token", "access_token"] {
        for hint in ["", "access_token", "refresh_token", "nonsense"] {
            let (client, tokens) = bed.signed_in().await;
            let newer = bed.refresh(&client, &tokens.text("refresh_token")).await;
            // Both are remembered at the gate before.
            for tokens in [&tokens, &newer] {
                assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
            }
            let answer = revoke(&bed, &client, &newer.text(member), hint).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            for tokens in [&tokens, &newer] {
                assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
                let refused = bed.refresh(&client, &tokens.text("refresh_token")).await;
                refused.assert_error(400, "invalid_grant");
            }
            assert_eq!(
                revoke(&bed, &client, &newer.text(member), hint).await.status,
                StatusCode::OK,
                "again"
            );
        }
    }
}

/// A successor that nobody received would live on otherwise.
#[tokio::test]
async fn f17_s78_a_refresh_token_that_was_rotated_ends_the_grant_too() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let newer = bed.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(revoke(&bed, &client, &tokens.text("refresh_token"), "").await.status, StatusCode::OK);
    assert_eq!(bed.call(&newer.text("access_token")).await, StatusCode::UNAUTHORIZED);
    bed.refresh(&client, &newer.text("refresh_token")).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn t25_s77_another_clients_token_stays_and_the_client_is_told() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let other = bed.other_client().await;
    for member in ["refresh_token", "access_token"] {
        revoke(&bed, &other, &tokens.text(member), "").await.assert_error(400, "invalid_grant");
        revoke(&bed, "unknown", &tokens.text(member), "").await.assert_error(401, "invalid_client");
    }
    let token = tokens.text("refresh_token");
    bed.form("/revoke", &[("token", &token)]).await.assert_error(400, "invalid_request");
    let secret = [("client_id", client.as_str()), ("token", &token), ("client_secret", "made up")];
    bed.form("/revoke", &secret).await.assert_error(401, "invalid_client");
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    assert_eq!(bed.refresh(&client, &tokens.text("refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s76_what_is_no_token_is_not_good_any_more() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let foreign = Bed::new().signed_in().await.1.text("access_token");
    let given = bed.code(&client).await;
    for token in ["unknown", "a.b.c", &foreign, &given.code] {
        let answer = revoke(&bed, &client, token, "").await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"), "{token}");
    }
    bed.form("/revoke", &[("client_id", &client)]).await.assert_error(400, "invalid_request");
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
}

/// It may lie in a log: it ends nothing any more.
#[tokio::test]
async fn s76_an_access_token_that_is_over_ends_nothing() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    bed.clock.advance(Duration::from_secs(3600));
    assert_eq!(revoke(&bed, &client, &tokens.text("access_token"), "").await.status, StatusCode::OK);
    assert_eq!(bed.refresh(&client, &tokens.text("refresh_token")).await.status, StatusCode::OK);
}
