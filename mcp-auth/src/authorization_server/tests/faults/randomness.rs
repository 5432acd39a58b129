//! A system without randomness: nothing is made from less.

use http::{StatusCode, header};
use serde_json::json;

use super::super::{Bed, CALLBACK};
use crate::random;

/// On one thread, because the source fails for this one alone.
#[tokio::test]
async fn c52_without_randomness_nothing_is_made_and_nothing_is_used_up() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let given = bed.code(&client).await;
    let refresh = tokens.text("refresh_token");
    random::failing::set(true);
    for answer in [
        bed.redeem(&given).await,
        bed.refresh(&client, &refresh).await,
        bed.register(json!({ "redirect_uris": [CALLBACK], "client_name": "new" })).await,
    ] {
        answer.assert_error(503, "temporarily_unavailable");
        assert!(!answer.header(header::RETRY_AFTER).is_empty());
    }
    // What needs none goes on.
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    random::failing::set(false);
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
    assert_eq!(bed.refresh(&client, &refresh).await.status, StatusCode::OK);
}
