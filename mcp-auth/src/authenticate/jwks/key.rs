//! One public key, ready to verify.

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse, RSAKeyParameters,
};
use serde_json::Value;

use crate::authenticate::jwt::Algorithm;

/// A key that verifies signatures of exactly one algorithm (RFC 8725 section 3.1). It is parsed once: parsing RSA keys
/// for each signature would cost a quarter of the verification.
#[derive(Debug)]
pub(crate) struct VerificationKey {
    id: Option<String>,
    algorithm: Algorithm,
    material: Vec<u8>,
    parsed: ParsedPublicKey,
}

/// Why a key of a set is not used. Shown in the log.
pub(crate) type Unusable = &'static str;

impl VerificationKey {
    /// A key of an issuer's set (RFC 7517 section 4), unless it is meant for something else or too weak.
    pub(crate) fn from_jwk(json: &Value) -> Result<Self, Unusable> {
        if json.get("d").is_some() {
            return Err("its private part is published");
        }
        let jwk: Jwk = serde_json::from_value(json.clone()).map_err(|_| "it is not a JSON Web Key")?;
        check_purpose(&jwk.common)?;
        let algorithm = pinned_algorithm(&jwk)?;
        let (material, parsed) = match &jwk.algorithm {
            AlgorithmParameters::RSA(key) => parse_rsa(key, algorithm)?,
            AlgorithmParameters::EllipticCurve(key) => {
                let width = if algorithm == Algorithm::Es256 { 32 } else { 48 };
                let point = [vec![4], coordinate(&key.x, width)?, coordinate(&key.y, width)?].concat();
                parse_curve(point, algorithm)?
            }
            AlgorithmParameters::OctetKeyPair(key) => parse_curve(coordinate(&key.x, 32)?, algorithm)?,
            _ => return Err("its type is not supported"),
        };
        Ok(Self { id: jwk.common.key_id, algorithm, material, parsed })
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether both are one key under one name.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.algorithm == other.algorithm && self.material == other.material
    }

    /// Whether `signature` is the one of `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3), when there, allow verification.
fn check_purpose(common: &CommonParameters) -> Result<(), Unusable> {
    if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return Err("its use is not signatures");
    }
    match &common.key_operations {
        Some(operations) if !operations.contains(&KeyOperations::Verify) => {
            Err("its operations exclude verification")
        }
        _ => Ok(()),
    }
}

/// The one algorithm of a key: its `alg`, or what its type implies. An RSA key without `alg` is for RS256, the algorithm
/// that every issuer has to support (OpenID Connect Discovery section 3); Entra ID leaves it out.
fn pinned_algorithm(jwk: &Jwk) -> Result<Algorithm, Unusable> {
    let by_type: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[
            Algorithm::Rs256,
            Algorithm::Rs384,
            Algorithm::Rs512,
            Algorithm::Ps256,
            Algorithm::Ps384,
            Algorithm::Ps512,
        ],
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[Algorithm::Es256],
            EllipticCurve::P384 => &[Algorithm::Es384],
            _ => return Err("its curve is not supported"),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[Algorithm::EdDsa],
        // Also symmetric keys: a published secret is none.
        _ => return Err("its type is not supported"),
    };
    let algorithm = match jwk.common.key_algorithm {
        None => by_type.first().copied(),
        Some(named) => Algorithm::from_key(named).filter(|algorithm| by_type.contains(algorithm)),
    };
    algorithm.ok_or("its algorithm is not supported, or does not fit its type")
}

type Parsed = (Vec<u8>, ParsedPublicKey);

/// RFC 7518 section 6.3.1. Some issuers write leading zero bytes.
fn parse_rsa(key: &RSAKeyParameters, algorithm: Algorithm) -> Result<Parsed, Unusable> {
    let parameters = algorithm.rsa().ok_or("its algorithm does not fit its type")?;
    let (n, e) = (integer(&key.n)?, integer(&key.e)?);
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !(2048..=8192).contains(&bits) {
        return Err("its modulus has less than 2048 or more than 8192 bits");
    }
    // With the exponent 1 everybody can sign.
    if e.last().is_none_or(|byte| byte % 2 == 0) || e == [1] {
        return Err("its exponent is not an odd number above 1");
    }
    let parsed = RsaPublicKeyComponents { n: &n, e: &e }.to_parsed_public_key(parameters);
    let parsed = parsed.map_err(|_| "its numbers are no RSA key")?;
    Ok(([n, e].concat(), parsed))
}

/// The point has to lie on the curve; aws-lc checks it.
fn parse_curve(point: Vec<u8>, algorithm: Algorithm) -> Result<Parsed, Unusable> {
    let curve = algorithm.curve().ok_or("its algorithm does not fit its type")?;
    let parsed = ParsedPublicKey::new(curve, &point).map_err(|_| "its point is not on the curve")?;
    Ok((point, parsed))
}

/// A number in base64url without its leading zeros.
fn integer(text: &str) -> Result<Vec<u8>, Unusable> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "its numbers are not base64url")?;
    Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

/// A coordinate has the full width of its curve (RFC 7518 section 6.2.1.2).
fn coordinate(text: &str, width: usize) -> Result<Vec<u8>, Unusable> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "its coordinates are not base64url")?;
    if bytes.len() == width { Ok(bytes) } else { Err("its coordinates have the wrong length") }
}
