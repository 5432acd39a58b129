//! The `Authorization` header and the audience, against second implementations that are written as the standards are.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use proptest::prelude::*;

use super::{RESOURCE, judge, with};
use crate::authenticate::{AuthenticateError, Reason, bearer};

/// `credentials = "Bearer" 1*SP b64token` (RFC 6750 section 2.1).
enum Read<'a> {
    Token(&'a str),
    OtherScheme,
    Malformed,
}

fn by_the_grammar(value: &str) -> Read<'_> {
    let (scheme, rest) = value.split_at(value.find(' ').unwrap_or(value.len()));
    if scheme.is_empty() {
        return Read::Malformed;
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Read::OtherScheme;
    }
    let token = rest.trim_start_matches(' ');
    let mut chars = token.chars().skip_while(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(*c));
    let padded = chars.all(|c| c == '=');
    if padded && !token.is_empty() && !token.starts_with('=') { Read::Token(token) } else { Read::Malformed }
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        "(Bearer|bearer|BEARER|Bearer:|Basic|bearerx|) {0,3}[A-Za-z0-9._~+/=-]{0,20}={0,2}",
        "(Bearer|bEaReR)[ \t]{1,2}[!-~ ]{0,12}",
        "Bearer {1,2}[=A]{0,3}",
        "[ -~]{0,16}",
    ]
}

/// A text that could pass for another: one edit away, or another spelling of the same URL.
fn lookalike() -> impl Strategy<Value = String> {
    let edit =
        (0..=RESOURCE.len(), 0..4_u8, prop_oneof!["[ -~]", Just("/".to_owned()), Just("%2F".to_owned())]);
    let edited = edit.prop_map(|(at, how, with)| {
        let mut text = RESOURCE.to_owned();
        let end = (at + 1).min(text.len());
        match how {
            0 => text.insert_str(at, &with),
            1 => text.replace_range(at..end, ""),
            2 => text.replace_range(at..end, &with),
            _ => text.truncate(at),
        }
        text
    });
    let spelled = prop::sample::select(vec![
        RESOURCE.to_uppercase(),
        format!("{RESOURCE}/"),
        format!("{RESOURCE}#"),
        format!("{RESOURCE}?"),
        format!("{RESOURCE}/."),
        RESOURCE.replace("https", "http"),
        RESOURCE.replace("/mcp", ":443/mcp"),
        RESOURCE.replace("/mcp", "/x/../mcp"),
        RESOURCE.replace('m', "%6d"),
        RESOURCE.to_owned(),
    ]);
    prop_oneof![edited, spelled]
}

proptest! {
    #[test]
    fn the_authorization_header_is_read_by_the_grammar(value in header()) {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&value).unwrap());
        let found = bearer(&headers);
        match by_the_grammar(&value) {
            Read::Token(token) => prop_assert_eq!(found.unwrap(), Some(token)),
            Read::OtherScheme => prop_assert_eq!(found.unwrap(), None),
            Read::Malformed => prop_assert!(matches!(found, Err(AuthenticateError::Malformed(_)))),
        }
    }
}

proptest! {
    // Each case makes an issuer.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The audience is compared as text: no other spelling of the resource's URL is the resource.
    #[test]
    fn r26_an_audience_is_the_resource_only_character_by_character(audience in lookalike()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let judged = runtime.block_on(judge(&with("aud", audience.as_str())));
        if audience == RESOURCE {
            prop_assert!(judged.is_ok());
        } else {
            prop_assert_eq!(judged.err(), Some(AuthenticateError::Invalid(Reason::WrongAudience)), "{}", audience);
        }
    }
}
