//! Signs with jsonwebtoken, whose code has nothing in common with the verifier's.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

pub(crate) struct Signer {
    pub(crate) key_id: &'static str,
    pub(crate) algorithm: Algorithm,
    pub(crate) jwk: Value,
    key: EncodingKey,
}

impl Signer {
    pub(crate) fn rs256() -> &'static Self {
        static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("rsa-1", Algorithm::RS256));
        &SIGNER
    }

    pub(crate) fn ps256() -> &'static Self {
        static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("rsa-2", Algorithm::PS256));
        &SIGNER
    }

    pub(crate) fn es256() -> &'static Self {
        static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::generate_es256("ec-1"));
        &SIGNER
    }

    pub(crate) fn es384() -> &'static Self {
        static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
            Signer::curve("ec-2", Algorithm::ES384, "P-384", 48, &ECDSA_P384_SHA384_FIXED_SIGNING)
        });
        &SIGNER
    }

    pub(crate) fn eddsa() -> &'static Self {
        static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
            let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
            let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
            let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
            Signer {
                key_id: "ed-1",
                algorithm: Algorithm::EdDSA,
                jwk: json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "ed-1"}),
                key: EncodingKey::from_ed_der(pkcs8.as_ref()),
            }
        });
        &SIGNER
    }

    pub(crate) fn all() -> [&'static Self; 5] {
        [Self::rs256(), Self::ps256(), Self::es256(), Self::es384(), Self::eddsa()]
    }

    pub(crate) fn all_keys() -> Value {
        key_set(&Self::all().map(|signer| signer.jwk.clone()))
    }

    /// A key of its own.
    pub(crate) fn generate_es256(key_id: &'static str) -> Self {
        Self::curve(key_id, Algorithm::ES256, "P-256", 32, &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    fn rsa(key_id: &'static str, algorithm: Algorithm) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = pair.public_key();
        let (n, e) = (
            public.modulus().big_endian_without_leading_zero(),
            public.exponent().big_endian_without_leading_zero(),
        );
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        Self {
            key_id,
            algorithm,
            jwk: json!({
                "kty": "RSA", "kid": key_id, "use": "sig", "alg": format!("{algorithm:?}"),
                "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e),
            }),
            // jsonwebtoken wants PKCS#1, which stands in PKCS#8 behind 26 bytes that are the same for all 2048-bit keys.
            key: EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..]),
        }
    }

    fn curve(
        key_id: &'static str,
        algorithm: Algorithm,
        curve: &str,
        width: usize,
        signing: &'static EcdsaSigningAlgorithm,
    ) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref()).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(width);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Self {
            key_id,
            algorithm,
            jwk: json!({"kty": "EC", "crv": curve, "x": x, "y": y, "kid": key_id}),
            key: EncodingKey::from_ec_der(pkcs8.as_ref()),
        }
    }

    /// The header of a good token.
    pub(crate) fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": format!("{:?}", self.algorithm), "kid": self.key_id})
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_text(&self.header().to_string(), &claims.to_string())
    }

    pub(crate) fn sign_with_header(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// Signs any two texts, JSON or not.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        self.sign_parts(&format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims)))
    }

    /// Signs whatever stands before the second dot.
    pub(crate) fn sign_parts(&self, signed: &str) -> String {
        format!("{signed}.{}", sign(signed.as_bytes(), &self.key, self.algorithm))
    }

    /// Signs with another algorithm of the same key.
    pub(crate) fn sign_as(&self, algorithm: Algorithm, claims: &Value) -> String {
        let header =
            json!({"typ": "at+jwt", "alg": format!("{algorithm:?}"), "kid": self.key_id}).to_string();
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = sign(signed.as_bytes(), &self.key, algorithm);
        format!("{signed}.{signature}")
    }
}

pub(crate) fn key_set(keys: &[Value]) -> Value {
    json!({"keys": keys})
}

/// The signature of `message`, in base64url.
///
/// By the named provider and not by jsonwebtoken's default one, so that these tests also run where both of its
/// providers are compiled in and there is no default: `cargo test -p mcp-auth --lib --features
/// jsonwebtoken/rust_crypto` shows that the verifier needs none.
pub(crate) fn sign(message: &[u8], key: &EncodingKey, algorithm: Algorithm) -> String {
    let signer = (jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.signer_factory)(&algorithm, key).unwrap();
    URL_SAFE_NO_PAD.encode(signer.try_sign(message).unwrap())
}
