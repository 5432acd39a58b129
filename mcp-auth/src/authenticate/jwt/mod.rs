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
#[cfg(feature = "authorization-server")]
mod assertion;
mod claims;
mod compact;
mod header;
#[cfg(feature = "authorization-server")]
mod id_token;
pub(super) mod json;
pub(super) mod kind;

pub(crate) use algorithm::Algorithm;
#[cfg(feature = "authorization-server")]
pub(crate) use assertion::ClientAssertion;
#[cfg(feature = "authorization-server")]
pub(crate) use id_token::{IdToken, IdTokenExpectations};

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{Claims, Reason, jwks::VerificationKey};
use crate::authorize::Catalog;
use claims::CheckedClaims;
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

/// A token that has the form of a JWT. Nothing in it is believed yet.
pub(crate) struct ParsedToken<'a> {
    compact: Compact<'a>,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// What a token's form says.
pub(crate) enum Form<'a> {
    Jwt(ParsedToken<'a>),
    /// Three parts and a header, but no claims that can be read: not a JWT that anybody issued.
    Broken,
    /// Whatever else: only its issuer knows what it means.
    Opaque,
}

impl<'a> Form<'a> {
    pub(crate) fn of(token: &'a str) -> Self {
        let Ok(compact) = Compact::parse(token) else { return Self::Opaque };
        let Some(header) = header::members(&compact.header) else { return Self::Opaque };
        match claims::members(&compact.payload) {
            Some(claims) => Self::Jwt(ParsedToken { compact, header, claims }),
            None => Self::Broken,
        }
    }
}

impl<'a> ParsedToken<'a> {
    /// Who says to have issued it: believed only for choosing whom to ask (RFC 8725 section 3.8).
    pub(crate) fn issuer(&self) -> Option<&Value> {
        self.claims.get("iss")
    }

    /// Every check that needs no key.
    pub(crate) fn check(self, expected: &Expectations, now: Duration) -> Result<UnprovenToken<'a>, Reason> {
        let Self { compact, header, claims } = self;
        let header = Header::check(&header, expected)?;
        let claims = CheckedClaims::check(claims, header.says_access_token, expected)?;
        claims.lifetime.check(now)?;
        Ok(UnprovenToken { compact, header, claims })
    }
}

/// The same checks, for what an issuer says of a token when it is asked: it has proven nothing but that it is active.
pub(crate) fn check_claims(
    claims: Map<String, Value>,
    expected: &Expectations,
    now: Duration,
    catalog: &Arc<Catalog>,
) -> Result<Claims, Reason> {
    let claims = CheckedClaims::check(claims, false, expected)?;
    claims.lifetime.check(now)?;
    Ok(claims.into_claims(catalog))
}

/// A token that says the right things, so far without proof.
pub(crate) struct UnprovenToken<'a> {
    compact: Compact<'a>,
    header: Header,
    claims: CheckedClaims,
}

impl UnprovenToken<'_> {
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
