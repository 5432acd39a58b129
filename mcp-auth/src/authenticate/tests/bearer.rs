//! R19 to R21: where the token stands.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::authenticate::{
    AuthenticateError,
    bearer::{MAX_TOKEN_BYTES, bearer},
};

fn headers(values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

#[track_caller]
fn assert_malformed(values: &[&str]) {
    let result = bearer(&headers(values)).map(|token| token.map(str::to_owned));
    assert!(matches!(result, Err(AuthenticateError::Malformed(_))), "{values:?}: {result:?}");
}

#[test]
fn r19_scheme_has_no_case_and_any_number_of_spaces_follows() {
    for value in
        ["Bearer abc.def-_~+/==", "bearer abc.def-_~+/==", "BEARER   abc.def-_~+/==", "bEaReR abc.def-_~+/=="]
    {
        assert_eq!(bearer(&headers(&[value])), Ok(Some("abc.def-_~+/==")), "{value}");
    }
}

#[test]
fn r19_nothing_and_other_schemes_are_no_bearer_credentials() {
    assert_eq!(bearer(&HeaderMap::new()), Ok(None));
    for value in ["Basic YWxpY2U6c2VjcmV0", "DPoP abc", "Negotiate", "BearerX abc", "Bear abc"] {
        assert_eq!(bearer(&headers(&[value])), Ok(None), "{value}");
    }
}

#[test]
fn r19_what_is_meant_as_bearer_and_is_none_is_malformed() {
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer    ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer \"a\"",
        "Bearer a\tb",
        "Bearer =",
        "Bearer a=b",
        "Bearer ü",
        "Bearer a;b",
        "Bearer a, Bearer b",
        "Bearer token=abc:d",
        "",
    ] {
        assert_malformed(&[value]);
    }
}

#[test]
fn r21_f13_two_headers_are_malformed_even_when_equal() {
    assert_malformed(&["Bearer a", "Bearer b"]);
    assert_malformed(&["Bearer a", "Bearer a"]);
    assert_malformed(&["Basic a", "Bearer a"]);
    assert_malformed(&["Bearer a", "Basic a"]);
}

#[test]
fn r19_a_token_has_a_greatest_length() {
    let longest = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES));
    assert_eq!(bearer(&headers(&[&longest])).unwrap().unwrap().len(), MAX_TOKEN_BYTES);
    assert_malformed(&[&format!("{longest}a")]);
}

#[tokio::test]
async fn r19_the_longest_token_is_verified() {
    let signer = super::Signer::es256();
    let token = |pad: usize| signer.sign(&super::with("pad", "a".repeat(pad)));
    let longest = (11_000..12_300).rev().map(token).find(|token| token.len() <= MAX_TOKEN_BYTES).unwrap();
    assert_eq!(longest.len(), MAX_TOKEN_BYTES, "the control");
    super::authenticator(&super::issuer()).authenticate(&longest).await.unwrap();
}

#[test]
fn r20_the_query_is_no_place_for_a_token() {
    // The function sees headers only; this pins its type down.
    let by_header_only: fn(&HeaderMap) -> Result<Option<&str>, AuthenticateError> = bearer;
    assert_eq!(by_header_only(&HeaderMap::new()), Ok(None));
}

#[test]
fn r19_exactly_the_characters_of_b64token_are_taken() {
    for byte in (b'!'..=u8::MAX).filter(|byte| *byte != 0x7f) {
        let mut headers = HeaderMap::new();
        let value = [b"Bearer a".as_slice(), &[byte], b"b"].concat();
        headers.append(AUTHORIZATION, HeaderValue::from_bytes(&value).unwrap());
        let allowed = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        assert_eq!(bearer(&headers).is_ok(), allowed, "{byte:#x}");
    }
}
