//! An issuer of RS256 access tokens (RFC 9068) with one key.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    Result,
    server::{ISSUER, RESOURCE, SCOPE},
};

/// 2100-01-01: no run lasts that long, and nothing here reads a clock.
const EXPIRES_AT: u64 = 4_102_444_800;
const ISSUED_AT: u64 = 1_767_225_600;

/// The tokens of one run, and the key they are verified with.
pub(crate) struct TestIssuer {
    key_set: String,
    tokens: Vec<String>,
}

impl TestIssuer {
    /// An issuer that has issued `count` tokens, no two alike.
    pub(crate) fn new(count: usize) -> Result<Self> {
        let key = KeyPair::generate(KeySize::Rsa2048)?;
        let public = key.public_key();
        let (n, e) = (
            public.modulus().big_endian_without_leading_zero(),
            public.exponent().big_endian_without_leading_zero(),
        );
        let jwk = json!({
            "kty": "RSA", "kid": "bench-1", "use": "sig", "alg": "RS256",
            "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e),
        });
        let tokens = (0..count).map(|number| sign(&key, &claims(number))).collect::<Result<_>>()?;
        Ok(Self { key_set: json!({ "keys": [jwk] }).to_string(), tokens })
    }

    /// A JSON Web Key Set.
    pub(crate) fn key_set(&self) -> &str {
        &self.key_set
    }

    pub(crate) fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

fn claims(number: usize) -> Value {
    json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": format!("user-{number}"), "client_id": "bench",
        "scope": format!("openid {SCOPE}"), "jti": format!("{number:032x}"),
        "iat": ISSUED_AT, "exp": EXPIRES_AT,
    })
}

fn sign(key: &KeyPair, claims: &Value) -> Result<String> {
    let header = json!({ "typ": "at+jwt", "alg": "RS256", "kid": "bench-1" });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
