//! A JWT access token (RFC 9068, RFC 8725): compact form -> header -> claims -> signature.
//!
//! Everything that costs little comes before the signature, and before the issuer's keys are asked for: a flood of
//! foreign or expired tokens costs neither a signature check nor a request to the issuer.
//!
//! The signature is checked by aws-lc-rs directly and not through `jsonwebtoken::decode`. Two reasons. First,
//! jsonwebtoken picks its cryptography from the crate features of the whole build: when another dependency switches
//! `rust_crypto` on as well, the first verification panics; that path is not used here, so there is nothing to
//! install and nothing to forget. Second, it parses the key anew for each signature, a quarter of the cost with RSA.
//! What remains of it is its model of JSON Web Keys.

mod algorithm;
mod claims;
mod compact;
mod header;
mod json;
mod kind;

pub(crate) use algorithm::Algorithm;

use std::{sync::Arc, time::Duration};

use super::{Claims, Reason, jwks::VerificationKey};
use crate::authorize::Catalog;
use compact::Compact;
use header::Header;

/// What every token of one issuer must say.
#[derive(Debug, Clone)]
pub(crate) struct Expectations {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) leeway: Duration,
    /// Whether the header may say `JWT` or nothing instead of `at+jwt`.
    pub(crate) any_token_type: bool,
}

/// A token that says the right things, so far without proof.
pub(crate) struct UnprovenToken<'a> {
    compact: Compact<'a>,
    header: Header,
    claims: claims::CheckedClaims,
}

impl<'a> UnprovenToken<'a> {
    /// Every check that needs no key.
    pub(crate) fn read(token: &'a str, expected: &Expectations, now: Duration) -> Result<Self, Reason> {
        let compact = Compact::parse(token)?;
        let header = Header::check(&compact.header, expected)?;
        let claims = claims::CheckedClaims::check(&compact.payload, &header, expected)?;
        claims.lifetime.check(now)?;
        Ok(Self { compact, header, claims })
    }

    /// The key that the token wants to be checked with, and for which algorithm: opaque data, only ever compared.
    pub(crate) fn key(&self) -> KeyRequest<'_> {
        KeyRequest { id: self.header.key_id.as_deref(), algorithm: self.header.algorithm }
    }

    /// The proof. `key` is one of the issuer's, chosen by [`key`](Self::key).
    pub(crate) fn prove(self, key: &VerificationKey, catalog: &Arc<Catalog>) -> Result<Claims, Reason> {
        if key.algorithm() != self.header.algorithm {
            return Err(Reason::Algorithm);
        }
        if !key.verifies(self.compact.signed.as_bytes(), &self.compact.signature) {
            return Err(Reason::BadSignature);
        }
        Ok(self.claims.into_claims(catalog))
    }
}

/// Which key a token asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyRequest<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) algorithm: Algorithm,
}
