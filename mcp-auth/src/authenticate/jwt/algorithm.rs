//! The signature algorithms that are allowed (RFC 8725 section 3.1): asymmetric ones only.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, VerificationAlgorithm,
};
use jsonwebtoken::jwk::KeyAlgorithm;

/// One algorithm of RFC 7518 section 3.1 or RFC 8037. There is no variant for `none` and none for HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    /// The value of a token's `alg`, which is case-sensitive (RFC 7515 section 4.1.1).
    pub(crate) fn from_header(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }

    /// The value of a key's `alg`.
    pub(crate) fn from_key(algorithm: KeyAlgorithm) -> Option<Self> {
        Some(match algorithm {
            KeyAlgorithm::RS256 => Self::Rs256,
            KeyAlgorithm::RS384 => Self::Rs384,
            KeyAlgorithm::RS512 => Self::Rs512,
            KeyAlgorithm::PS256 => Self::Ps256,
            KeyAlgorithm::PS384 => Self::Ps384,
            KeyAlgorithm::PS512 => Self::Ps512,
            KeyAlgorithm::ES256 => Self::Es256,
            KeyAlgorithm::ES384 => Self::Es384,
            KeyAlgorithm::EdDSA => Self::EdDsa,
            _ => return None,
        })
    }

    /// The parameters of an RSA algorithm; they refuse moduli below 2048 bits.
    pub(crate) fn rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::Ps256 => &RSA_PSS_2048_8192_SHA256,
            Self::Ps384 => &RSA_PSS_2048_8192_SHA384,
            Self::Ps512 => &RSA_PSS_2048_8192_SHA512,
            Self::Es256 | Self::Es384 | Self::EdDsa => return None,
        })
    }

    /// The parameters of an algorithm over a curve. The curve belongs to the algorithm (RFC 7518 section 3.4).
    pub(crate) fn curve(self) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match self {
            Self::Es256 => &ECDSA_P256_SHA256_FIXED,
            Self::Es384 => &ECDSA_P384_SHA384_FIXED,
            Self::EdDsa => &ED25519,
            _ => return None,
        })
    }
}
