//! R29, R37, T9, C27, C28: when a token is good.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::{
    NOW, Reason, Signer, VerificationLimits, assert_refused, good_claims, issuer, judge, judge_text, with,
    without,
};
use crate::{authenticate::Authenticator, clock::Clock};

/// Good claims with `exp` written as `text`, whatever that is.
fn with_exp_text(text: &str) -> String {
    with("exp", "HERE").to_string().replace("\"HERE\"", text)
}

#[tokio::test]
async fn r29_missing_exp_is_refused() {
    assert_refused(&judge(&without("exp")).await, Reason::MissingClaim("exp"), "missing");
}

#[tokio::test]
async fn t9_f14_exp_that_is_no_number_is_refused() {
    let in_an_hour = NOW + 3600;
    for text in ["null", "true", "false", "\"\"", "[]", "{}", "\"Infinity\"", "\"never\""] {
        assert_refused(&judge_text(&with_exp_text(text)).await, Reason::BadClaim("exp"), text);
    }
    let string = format!("\"{in_an_hour}\"");
    assert_refused(&judge_text(&with_exp_text(&string)).await, Reason::BadClaim("exp"), "a string of digits");
    let array = format!("[{in_an_hour}]");
    assert_refused(&judge_text(&with_exp_text(&array)).await, Reason::BadClaim("exp"), "an array");
}

#[tokio::test]
async fn f14_exp_beyond_every_number_is_refused_and_no_panic() {
    for text in ["Infinity", "-Infinity", "NaN", "1e400", "1e99999999999", "0x7fffffff", "1_000", "+1", "01"]
    {
        assert!(
            matches!(
                judge_text(&with_exp_text(text)).await,
                Err(crate::authenticate::AuthenticateError::Invalid(_))
            ),
            "{text}"
        );
    }
    for text in ["0", "-1", "-1e300", "1", "1e-300"] {
        assert_refused(&judge_text(&with_exp_text(text)).await, Reason::Expired, text);
    }
    // Silly, but a number: it is cut to a date that exists.
    for text in ["1e300", "18446744073709551615", "99999999999999999999"] {
        let info = judge_text(&with_exp_text(text)).await.unwrap();
        assert_eq!(info.expires_at(), UNIX_EPOCH + Duration::from_secs(253_402_300_799), "{text}");
    }
}

#[tokio::test]
async fn r29_exp_may_have_a_fraction() {
    let info = judge_text(&with_exp_text(&format!("{}.5", NOW + 10))).await.unwrap();
    assert_eq!(info.expires_at(), UNIX_EPOCH + Duration::from_millis((NOW + 10) * 1000 + 500));
}

#[tokio::test]
async fn r29_r37_token_ends_with_the_leeway_and_not_later() {
    judge(&with("exp", NOW - 29)).await.expect("29 seconds past, within the leeway of 30");
    assert_refused(&judge(&with("exp", NOW - 30)).await, Reason::Expired, "30 seconds past");
}

#[tokio::test]
async fn t9_nbf_and_iat_of_the_future_are_refused() {
    for claim in ["nbf", "iat"] {
        judge(&with(claim, NOW + 30)).await.expect("within the leeway");
        assert_refused(&judge(&with(claim, NOW + 31)).await, Reason::NotYetValid, claim);
        for value in [json!(null), json!("0"), json!([NOW]), json!(true)] {
            assert_refused(&judge(&with(claim, value)).await, Reason::BadClaim(claim), claim);
        }
    }
    judge(&without("iat")).await.expect("iat is optional");
}

#[test]
fn r37_leeway_above_a_minute_does_not_start() {
    let build = |seconds| {
        let issuer = issuer().with_leeway(Duration::from_secs(seconds));
        let limits = VerificationLimits::default();
        Authenticator::new(&issuer, super::RESOURCE, super::catalog(), limits, Clock::fixed(NOW)).map(drop)
    };
    assert!(build(60).is_ok());
    let problems = build(61).unwrap_err();
    assert_eq!(problems[0].setting, "Issuer::with_leeway");
}

#[tokio::test]
async fn r37_leeway_can_be_taken_away() {
    let strict = super::authenticator(&issuer().with_leeway(Duration::ZERO));
    strict.authenticate(&Signer::es256().sign(&with("exp", NOW + 1))).await.expect("a second left");
    let result = strict.authenticate(&Signer::es256().sign(&with("exp", NOW))).await;
    assert_refused(&result, Reason::Expired, "on the second");
}

#[tokio::test]
async fn c27_clock_jumps_do_not_panic_and_do_not_revive() {
    let clock = Clock::fixed(NOW);
    let limits = VerificationLimits::default();
    let authenticator =
        Authenticator::new(&issuer(), super::RESOURCE, super::catalog(), limits, clock.clone()).unwrap();
    let token = Signer::es256().sign(&good_claims());
    authenticator.authenticate(&token).await.unwrap();

    clock.set_wall(NOW + 3600);
    assert!(authenticator.cached(&token).is_none());
    assert_refused(&authenticator.authenticate(&token).await, Reason::Expired, "an hour later");

    clock.set_wall(0);
    assert!(authenticator.cached(&token).is_none());
    assert_refused(&authenticator.authenticate(&token).await, Reason::NotYetValid, "in 1970");

    clock.set_wall(NOW);
    authenticator.authenticate(&token).await.expect("the clock is right again");
}
