//! ID tokens, true and false.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{CLIENT_ID, OidcLie, Shared, state::Code};
use crate::{DevelopmentIssuer, testing::issuer::lock};

const HOUR: u64 = 60 * 60;

/// The ID token for a code that is exchanged for `access_token`; `None` where there is to be none.
pub(super) fn made(shared: &Shared, code: &Code, access_token: &str) -> Option<String> {
    let lie = shared.state().lie;
    let is = |one: OidcLie| lie == Some(one);
    if is(OidcLie::NoIdToken) {
        return None;
    }
    let signing = lock(&shared.signing).clone();
    let signing = if is(OidcLie::UnknownKey) { other(&signing) } else { signing };
    let now = shared.now();
    let (begins, ends) = match lie {
        Some(OidcLie::Expired) => (now - 2 * HOUR, now - HOUR),
        Some(OidcLie::NotYetValid) => (now + HOUR, now + 2 * HOUR),
        _ => (now, now + HOUR),
    };
    let token_of = if is(OidcLie::OtherAccessToken) { "another token" } else { access_token };
    let hash = digest(&SHA256, token_of.as_bytes());
    let mut token = signing
        .token(code.subject.as_str())
        .without("client_id")
        .header("typ", if is(OidcLie::AccessTokenType) { "at+jwt" } else { "JWT" })
        .audience(CLIENT_ID)
        .claim("iat", begins)
        .claim("exp", ends)
        .claim("at_hash", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
    for (name, value) in &code.claims {
        token = token.claim(name, value.clone());
    }
    if let Some(nonce) = code.nonce.as_deref().filter(|_| !is(OidcLie::NoNonce)) {
        token = token.claim("nonce", if is(OidcLie::WrongNonce) { "another nonce" } else { nonce });
    }
    let others = json!([CLIENT_ID, "another-client"]);
    token = match lie {
        Some(OidcLie::WrongAudience) => token.claim("aud", "another-client"),
        Some(OidcLie::OtherParty) => token.claim("aud", others).claim("azp", "another-client"),
        Some(OidcLie::NoParty) => token.claim("aud", others),
        Some(OidcLie::WrongIssuer) => token.claim("iss", "https://other.example"),
        Some(OidcLie::BadSignature) => token.badly_signed(),
        Some(OidcLie::NoSubject) => token.without("sub"),
        Some(OidcLie::SubjectOfOtherType) => token.claim("sub", 1),
        Some(OidcLie::AlgorithmNone) => token.header("alg", "none"),
        Some(OidcLie::SymmetricAlgorithm) => token.header("alg", "HS256"),
        _ => token,
    };
    let token = token.issue().expose().to_owned();
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
    Some(match lie {
        Some(OidcLie::AlgorithmNone) => format!("{signed}."),
        Some(OidcLie::SymmetricAlgorithm) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, shared.client_secret.as_bytes());
            let signature = hmac::sign(&key, signed.as_bytes());
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
        }
        _ => token,
    })
}

/// The same issuer with a key that nobody knows.
fn other(signing: &DevelopmentIssuer) -> DevelopmentIssuer {
    DevelopmentIssuer::new(signing.url()).unwrap_or_else(|error| panic!("{error}"))
}

/// What is published: the keys.
pub(super) fn keys(shared: &Shared) -> Value {
    json!({ "keys": *lock(&shared.keys) })
}
