//! The `Authorization` header (RFC 6750 section 2.1). Tokens in the query or the body are never looked at.

use http::{HeaderMap, header::AUTHORIZATION};

use super::AuthenticateError;

/// The longest token that is looked at. Access tokens with many groups reach 8 KiB; proxies stop headers at 8 to 32.
pub(crate) const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The bearer token of a request.
///
/// `Ok(None)` when the request carries no bearer credentials: no header, or one of another scheme (RFC 9110 section
/// 11.6.2: a scheme we do not offer is as good as no credentials, and the challenge says which one we want).
/// [`AuthenticateError::Malformed`] when it carries something that is meant to be a bearer token and is none, or more
/// than one header: servers and proxies differ in which of two they believe.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, AuthenticateError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(AuthenticateError::Malformed("more than one Authorization header"));
    }
    let Some((scheme, rest)) = split_scheme(value.as_bytes()) else {
        return Err(AuthenticateError::Malformed("the Authorization header is empty"));
    };
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Ok(None);
    }
    token(rest).map(Some)
}

/// `credentials = auth-scheme [ 1*SP ( token68 / … ) ]`: what stands before the first space, and what follows.
fn split_scheme(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, rest) = value.split_at_checked(end)?;
    (!scheme.is_empty()).then_some((scheme, rest))
}

/// `1*SP b64token`: the token behind the spaces.
fn token(rest: &[u8]) -> Result<&str, AuthenticateError> {
    let start = rest.iter().position(|byte| *byte != b' ');
    let token = start.and_then(|start| rest.get(start..)).unwrap_or_default();
    if token.is_empty() {
        return Err(AuthenticateError::Malformed("the bearer token is missing"));
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(AuthenticateError::Malformed("the bearer token is too long"));
    }
    match std::str::from_utf8(token) {
        Ok(token) if is_b64token(token) => Ok(token),
        _ => Err(AuthenticateError::Malformed("the bearer token contains characters that no token has")),
    }
}

/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().fold(true, |all, byte| all & is_b64token_byte(byte))
}

/// Without branches, so that a compiler can look at 16 bytes at once: a token has a thousand of them in each request.
#[expect(clippy::needless_bitwise_bool, reason = "a lazy `||` is a branch")]
const fn is_b64token_byte(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    let other =
        (byte == b'+') | (byte == b'-') | (byte == b'.') | (byte == b'/') | (byte == b'_') | (byte == b'~');
    letter | digit | other
}
