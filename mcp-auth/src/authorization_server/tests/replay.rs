//! A code that comes twice.

use http::StatusCode;

use super::{Bed, with};

#[tokio::test]
async fn t22_s40_s41_a_replay_with_full_proof_ends_everything_of_the_code() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let tokens = bed.redeem(&given).await;
    let newer = bed.refresh(&given.client, &tokens.text("refresh_token")).await;
    for tokens in [&tokens, &newer] {
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    }
    bed.redeem(&given).await.assert_error(400, "invalid_grant");
    for tokens in [&tokens, &newer] {
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
        bed.refresh(&given.client, &tokens.text("refresh_token")).await.assert_error(400, "invalid_grant");
    }
}

/// Also after the code's own time is over.
#[tokio::test]
async fn t22_s41_a_late_replay_with_full_proof_ends_the_grant_too() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let tokens = bed.redeem(&given).await;
    bed.clock.advance(std::time::Duration::from_secs(600));
    bed.redeem(&given).await.assert_error(400, "invalid_grant");
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
}

/// Whoever saw the code in a log or a history has no verifier: they end nobody's grant with it.
#[tokio::test]
async fn t22_s41_a_replay_without_proof_changes_nothing() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let other = bed.other_client().await;
    let tokens = bed.redeem(&given).await;
    let form = given.form();
    for (name, value) in [
        ("code_verifier", Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("code_verifier", Some("short")),
        ("code_verifier", None),
        ("client_id", Some(other.as_str())),
        ("client_id", Some("unknown")),
        ("client_id", None),
        ("client_secret", Some("made up")),
        ("redirect_uri", Some("http://127.0.0.1/other")),
    ] {
        let answer = bed.form("/token", &with(&form, name, value)).await;
        assert!(answer.status.is_client_error(), "{name}: {answer:?}");
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK, "{name} {value:?}");
    }
    assert_eq!(bed.refresh(&given.client, &tokens.text("refresh_token")).await.status, StatusCode::OK);
}
