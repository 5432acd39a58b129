//! An ID token (OpenID Connect Core section 3.1.3.7): who signed in at a provider, said to us and to nobody else.

use std::time::Duration;

use aws_lc_rs::digest::{Algorithm as Hash, SHA256, SHA384, SHA512, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    Algorithm, KeyRequest, claims,
    compact::Compact,
    header::{self, Header},
};
use crate::authenticate::{Reason, jwks::VerificationKey, lifetime::Lifetime};

/// What the one ID token must say that we wait for.
#[derive(Debug)]
pub(crate) struct IdTokenExpectations<'a> {
    pub(crate) issuer: &'a str,
    /// Ourselves, as the provider knows us.
    pub(crate) client_id: &'a str,
    /// What we sent the person away with: a token of another sign-in has another.
    pub(crate) nonce: &'a str,
    /// What came beside it.
    pub(crate) access_token: &'a str,
    /// What the provider says that it signs with, if it says so.
    pub(crate) algorithms: Option<&'a [String]>,
    pub(crate) leeway: Duration,
}

/// An ID token that says the right things, so far without proof.
pub(crate) struct IdToken<'a> {
    compact: Compact<'a>,
    header: Header,
    claims: Map<String, Value>,
}

impl<'a> IdToken<'a> {
    /// Every check that needs no key.
    pub(crate) fn check(
        token: &'a str,
        expected: &IdTokenExpectations<'_>,
        now: Duration,
    ) -> Result<Self, Reason> {
        let compact = Compact::parse(token)?;
        let members = header::members(&compact.header).ok_or(Reason::NotAJwt)?;
        let header = Header::of_id_token(&members)?;
        announced(&members, expected.algorithms)?;
        let claims = claims::members(&compact.payload).ok_or(Reason::NotAJwt)?;
        claims::check_issuer(&claims, expected.issuer)?;
        check_audience(&claims, expected.client_id)?;
        let lifetime = Lifetime {
            expires_at: claims::seconds(&claims, "exp")?.ok_or(Reason::MissingClaim("exp"))?,
            not_before: claims::seconds(&claims, "nbf")?,
            issued_at: Some(claims::seconds(&claims, "iat")?.ok_or(Reason::MissingClaim("iat"))?),
            leeway: expected.leeway,
        };
        lifetime.check(now)?;
        match claims::name(&claims, "nonce")? {
            Some(nonce) if nonce == expected.nonce => {}
            Some(_) => return Err(Reason::BadClaim("nonce")),
            None => return Err(Reason::MissingClaim("nonce")),
        }
        check_access_token(&claims, header.algorithm, expected.access_token)?;
        Ok(Self { compact, header, claims })
    }

    /// The key that the token wants to be checked with: opaque data, only ever compared.
    pub(crate) fn key(&self) -> KeyRequest<'_> {
        KeyRequest { id: self.header.key_id.as_deref(), algorithm: self.header.algorithm }
    }

    /// The proof. `key` is one of the issuer's, chosen by [`key`](Self::key).
    pub(crate) fn prove(self, key: &VerificationKey) -> Result<Map<String, Value>, Reason> {
        if key.algorithm() != self.header.algorithm {
            return Err(Reason::Algorithm);
        }
        if !key.verifies(self.compact.signed.as_bytes(), &self.compact.signature) {
            return Err(Reason::BadSignature);
        }
        Ok(self.claims)
    }
}

/// One of those that the provider says it uses.
fn announced(header: &Map<String, Value>, algorithms: Option<&[String]>) -> Result<(), Reason> {
    let named = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    match algorithms {
        Some(algorithms) if !algorithms.iter().any(|one| one == named) => Err(Reason::Algorithm),
        _ => Ok(()),
    }
}

/// For us. Where it is for others too, it says that it was given to us (`azp`), and never that it was given to another
/// client (OpenID Connect Core section 3.1.3.7, steps 3 to 5).
fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), Reason> {
    let audience = claims::check_audience(claims, client_id)?;
    match claims::name(claims, "azp")? {
        Some(party) if party == client_id => Ok(()),
        Some(_) => Err(Reason::BadClaim("azp")),
        None if audience.len() == 1 => Ok(()),
        None => Err(Reason::MissingClaim("azp")),
    }
}

/// `at_hash`, where it is there: the left half of the access token's hash (section 3.1.3.6).
fn check_access_token(
    claims: &Map<String, Value>,
    algorithm: Algorithm,
    access_token: &str,
) -> Result<(), Reason> {
    let Some(said) = claims::name(claims, "at_hash")? else { return Ok(()) };
    let hash = digest(hash_of(algorithm), access_token.as_bytes());
    let half = hash.as_ref().get(..hash.as_ref().len() / 2).unwrap_or_default();
    if URL_SAFE_NO_PAD.encode(half) == said { Ok(()) } else { Err(Reason::BadClaim("at_hash")) }
}

/// The hash that an algorithm signs with.
fn hash_of(algorithm: Algorithm) -> &'static Hash {
    match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => &SHA256,
        Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => &SHA384,
        Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::EdDsa => &SHA512,
    }
}
