//! What a test demands of an answer. A failure says what came instead, and never a token.

use super::Answer;

/// Which refusal [`assert_refused!`](super::assert_refused) wants.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// Either of the two below.
    Any,
    /// No credentials came: a challenge without an error.
    NoToken,
    /// A token came that is not good.
    InvalidToken,
}

/// Behind [`assert_refused!`](super::assert_refused).
#[doc(hidden)]
#[track_caller]
pub fn refused(answer: &Answer, wanted: Refused) {
    let expected = match wanted {
        Refused::Any => "401 with a challenge",
        Refused::NoToken => "401 with a challenge and no error, because no token was sent",
        Refused::InvalidToken => "401 with error=\"invalid_token\"",
    };
    let challenge = answer.header_challenge();
    let error = challenge.as_ref().map(|challenge| challenge.error());
    let fits = match wanted {
        Refused::Any => matches!(error, Some(None | Some("invalid_token"))),
        Refused::NoToken => error == Some(None),
        Refused::InvalidToken => error == Some(Some("invalid_token")),
    };
    let tells_where = challenge.is_some_and(|challenge| challenge.resource_metadata().is_some());
    assert!(fits && tells_where && answer.status() == 401, "expected {expected}, got {answer}");
}

/// Behind [`assert_step_up!`](super::assert_step_up).
#[doc(hidden)]
#[track_caller]
pub fn step_up(answer: &Answer, scopes: &[&str]) {
    let mut wanted: Vec<&str> = scopes.iter().flat_map(|scopes| scopes.split(' ')).collect();
    wanted.sort_unstable();
    let challenge = match answer.status() {
        403 => answer.header_challenge(),
        200 if answer.is_tool_error() => answer.in_band_challenge(),
        _ => None,
    };
    let challenge = challenge.filter(|challenge| challenge.error() == Some("insufficient_scope"));
    let found = challenge.as_ref().map(|challenge| {
        let mut scopes = challenge.scopes();
        scopes.sort_unstable();
        scopes
    });
    let fits = found.as_ref() == Some(&wanted);
    assert!(fits, "expected 403 insufficient_scope that asks for `{}`, got {answer}", wanted.join(" "));
}

/// Behind [`assert_ok!`](super::assert_ok).
#[doc(hidden)]
#[track_caller]
pub fn succeeded(answer: &Answer, text: Option<&str>) {
    let succeeds = answer.status() == 200 && answer.result().is_some() && !answer.is_tool_error();
    assert!(succeeds, "expected a result, got {answer}");
    if let Some(text) = text {
        assert!(answer.text() == Some(text), "expected the text `{text}`, got {answer}");
    }
}

/// The answer refuses a good token for want of scopes, and asks for exactly these, in any order: 403 with
/// `insufficient_scope`, or, where the HTTP answer had begun already, a tool's error with the same challenge in
/// `_meta["mcp/www_authenticate"]`.
///
/// `assert_step_up!(answer, "notes:read", "notes:write")`
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_step_up {
    ($answer:expr, $($scope:expr),+ $(,)?) => {
        $crate::testing::assert::step_up(&$answer, &[$($scope),+])
    };
}

/// The answer is 401 with a challenge that says where to sign in.
///
/// `assert_refused!(answer)` takes both kinds; `assert_refused!(answer, no_token)` wants a challenge without an error,
/// `assert_refused!(answer, invalid_token)` one with it.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_refused {
    ($answer:expr $(,)?) => {
        $crate::testing::assert::refused(&$answer, $crate::testing::assert::Refused::Any)
    };
    ($answer:expr, no_token $(,)?) => {
        $crate::testing::assert::refused(&$answer, $crate::testing::assert::Refused::NoToken)
    };
    ($answer:expr, invalid_token $(,)?) => {
        $crate::testing::assert::refused(&$answer, $crate::testing::assert::Refused::InvalidToken)
    };
}

/// The answer is a result, and not an error of the tool.
///
/// `assert_ok!(answer)`, or with the text that the tool must have said: `assert_ok!(answer, "alice has 3 notes")`.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_ok {
    ($answer:expr $(,)?) => {
        $crate::testing::assert::succeeded(&$answer, ::core::option::Option::None)
    };
    ($answer:expr, $text:expr $(,)?) => {
        $crate::testing::assert::succeeded(&$answer, ::core::option::Option::Some(&$text))
    };
}
