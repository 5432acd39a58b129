//! The `Authorization` header.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use super::{fuzz, seeds};
use crate::authenticate::bearer;

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("bearer"));

#[test]
fn bearer_fuzz() {
    fuzz(&SEEDS, target);
}

/// What comes out is what stands in the header, and can be a token.
fn target(header: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(header) else { return };
    let mut headers = HeaderMap::new();
    headers.append(AUTHORIZATION, value);
    let found = bearer(&headers).map(|token| token.map(str::to_owned));
    if let Ok(Some(token)) = &found {
        let (scheme, rest) = header.split_at(6);
        assert!(scheme.eq_ignore_ascii_case(b"bearer") && rest.starts_with(b" "));
        assert!(rest.ends_with(token.as_bytes()));
        assert!(rest[..rest.len() - token.len()].iter().all(|byte| *byte == b' '));
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)));
        assert!(!token.is_empty() && token.len() <= 16 * 1024);
    }
    // A second header makes every one of them doubtful.
    headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer other"));
    assert!(bearer(&headers).is_err());
}
