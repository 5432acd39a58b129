//! Bearer token -> [`AuthInfo`]: who calls?

mod auth_info;
mod bearer;
mod cache;
mod claims;
mod error;
mod introspection;
mod issuer;
mod jwks;
mod jwt;
mod lifetime;
#[cfg(feature = "stdio")]
mod local;
mod principal;
#[cfg(test)]
pub(crate) mod tests;
mod trust;
mod typed_claims;
mod verifier;

pub use auth_info::AuthInfo;
pub(crate) use bearer::bearer;
pub use claims::Claims;
pub(crate) use error::{AuthenticateError, Reason};
pub use introspection::Introspection;
pub(crate) use issuer::Fake;
pub use issuer::Issuer;
pub(crate) use issuer::check_issuer_url;
#[cfg(feature = "authorization-server")]
pub(crate) use issuer::is_loopback_http;
#[cfg(test)]
pub(crate) use issuer::jwks_uri;
#[cfg(any(test, feature = "authorization-server"))]
pub(crate) use jwks::KeySet;
pub(crate) use jwks::KeyTiming;
#[cfg(feature = "authorization-server")]
pub(crate) use jwks::{KeySource, Keys};
#[cfg(feature = "authorization-server")]
pub(crate) use jwt::{ClientAssertion, IdToken, IdTokenExpectations, json::object as json_object};
#[cfg(feature = "stdio")]
pub use local::LocalIdentity;
pub use principal::Principal;
pub(crate) use trust::Trust;
pub use typed_claims::{ClaimsMismatch, FromClaims};
pub(crate) use verifier::AnyVerifier;
pub use verifier::{TokenVerifier, VerifyError};

use std::{
    fmt,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use crate::{authorize::Catalog, clock::Clock, config::Problem};
use cache::{Fresh, TokenCache};
use jwt::{Form, ParsedToken};
use trust::{Proof, Source};

/// Verifies the tokens of one protected resource.
pub(crate) struct Authenticator {
    /// The issuers that are trusted, each with its own keys. No URL is there twice.
    sources: Vec<Source>,
    catalog: Arc<Catalog>,
    cache: Arc<TokenCache>,
    clock: Clock,
}

/// What verification may cost.
#[derive(Debug, Clone)]
pub(crate) struct VerificationLimits {
    /// How many verified tokens are remembered.
    pub(crate) cached_tokens: usize,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the keys of several resources are shared and made before")
    )]
    pub(crate) keys: KeyTiming,
    /// For one answer of a verifier.
    pub(crate) time: Duration,
}

impl Default for VerificationLimits {
    fn default() -> Self {
        Self { cached_tokens: 10_000, keys: KeyTiming::default(), time: Duration::from_secs(10) }
    }
}

impl Authenticator {
    /// Tokens of those who are trusted, for `resource` (its URL, verbatim). Nothing is fetched: a server starts while
    /// its issuers are down.
    pub(crate) fn trusting(
        trusted: &[Trust],
        resource: &str,
        catalog: Arc<Catalog>,
        limits: &VerificationLimits,
        clock: Clock,
    ) -> Result<Self, Vec<Problem>> {
        let cache = Arc::new(TokenCache::new(limits.cached_tokens));
        let mut problems = Vec::new();
        let mut sources = Vec::new();
        for trust in trusted {
            match trust.source(resource, &catalog, &cache, limits.time, &clock) {
                Ok(source) => sources.push(source),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(Self { sources, catalog, cache, clock }) } else { Err(problems) }
    }

    /// Who `bearer` speaks for, when it was verified before and is still good.
    pub(crate) fn cached(&self, bearer: &str) -> Option<AuthInfo> {
        let (info, fresh) = self.cache.get(bearer)?;
        let fresh = match fresh {
            Fresh::Keys { source, generation } => {
                self.generation(source) == Some(generation) && self.is_live(source, &info)
            }
            Fresh::Until(end) => self.clock.monotonic() < end,
        };
        if !fresh {
            return None;
        }
        match info.lifetime().check(self.clock.unix()) {
            Ok(()) => Some(info),
            Err(Reason::Expired) => {
                self.cache.remove(bearer);
                None
            }
            // The clock went back; it may come again.
            Err(_) => None,
        }
    }

    fn generation(&self, source: usize) -> Option<u64> {
        self.sources.get(source)?.proof.keys()?.generation()
    }

    fn is_live(&self, source: usize, info: &AuthInfo) -> bool {
        self.sources.get(source).is_some_and(|source| source.proof.is_live(info).is_ok())
    }

    /// Who `bearer` speaks for.
    pub(crate) async fn authenticate(&self, bearer: &str) -> Result<AuthInfo, AuthenticateError> {
        if let Some(info) = self.cached(bearer) {
            return Ok(info);
        }
        let result = self.verify(bearer).await;
        if let Err(error) = &result {
            tracing::debug!(%error, "a token was refused");
        }
        result
    }

    /// A token goes to the one issuer whose URL is its `iss`, and to nobody else (R30, R43): neither may another
    /// issuer's keys sign it, nor may another issuer see it.
    async fn verify(&self, bearer: &str) -> Result<AuthInfo, AuthenticateError> {
        match Form::of(bearer) {
            Form::Broken => Err(Reason::NotAJwt.into()),
            Form::Opaque => self.verify_opaque(bearer, Reason::NotAJwt).await,
            Form::Jwt(token) => match token.issuer() {
                None => self.verify_opaque(bearer, Reason::MissingClaim("iss")).await,
                Some(issuer) => {
                    let issuer = issuer.as_str().filter(|issuer| !issuer.is_empty());
                    let issuer = issuer.ok_or(Reason::BadClaim("iss"))?;
                    let found = self.sources.iter().position(|source| source.expected.issuer == issuer);
                    self.verify_jwt(bearer, token, found.ok_or(Reason::WrongIssuer)?).await
                }
            },
        }
    }

    async fn verify_jwt(
        &self,
        bearer: &str,
        token: ParsedToken<'_>,
        index: usize,
    ) -> Result<AuthInfo, AuthenticateError> {
        let Some(source) = self.sources.get(index) else { return Err(Reason::WrongIssuer.into()) };
        let keys = match &source.proof {
            Proof::Verifier(asked) => return asked.verify(bearer).await,
            Proof::Keys(keys) => keys,
            #[cfg(feature = "authorization-server")]
            Proof::Own(keys, _) => keys,
        };
        let token = token.check(&source.expected, self.clock.unix())?;
        let (key, generation) = source.proof.key(keys, token.key()).await?;
        let info = AuthInfo::new(token.prove(&key, &self.catalog)?);
        source.proof.is_live(&info)?;
        Ok(self.cache.insert(bearer, Fresh::Keys { source: index, generation }, info))
    }

    /// A token that does not say whose it is: the verifier that recognises it is asked.
    async fn verify_opaque(&self, bearer: &str, otherwise: Reason) -> Result<AuthInfo, AuthenticateError> {
        let mut found = None;
        for source in &self.sources {
            let Proof::Verifier(asked) = &source.proof else { continue };
            if !asked.recognizes(bearer)? {
                continue;
            }
            if found.replace(asked).is_some() {
                tracing::error!("two verifiers take the same opaque token for theirs: neither is asked");
                return Err(AuthenticateError::Unavailable { retry_after: Duration::from_secs(60) });
            }
        }
        match found {
            Some(asked) => asked.verify(bearer).await,
            None => Err(otherwise.into()),
        }
    }

    /// For how long `info` is still good.
    pub(crate) fn remaining(&self, info: &AuthInfo) -> Duration {
        let end = info.lifetime().end().duration_since(UNIX_EPOCH).unwrap_or_default();
        end.saturating_sub(self.clock.unix())
    }

    /// Starts to fetch the issuers' keys, so that the first caller need not wait. Without it they are fetched for
    /// the first caller.
    pub(crate) fn warm(&self) {
        for source in &self.sources {
            if let Some(keys) = source.proof.keys()
                && !keys.are_known()
            {
                keys.refresh();
            }
        }
    }
}

/// Who is trusted, and for which audience.
impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources = self.sources.iter().map(|source| (&source.expected.issuer, &source.expected.audience));
        f.write_str("Authenticator ")?;
        f.debug_map().entries(sources).finish()
    }
}

#[cfg(test)]
impl Authenticator {
    /// Tokens of one issuer, whose keys are nobody else's.
    pub(crate) fn new(
        issuer: &Issuer,
        resource: &str,
        catalog: Arc<Catalog>,
        limits: VerificationLimits,
        clock: Clock,
    ) -> Result<Self, Vec<Problem>> {
        let expected = issuer.expectations(resource)?;
        let keys = issuer.keys(limits.keys, clock.clone()).map_err(|problem| vec![problem])?;
        let sources = vec![Source { expected, proof: Proof::Keys(keys) }];
        Ok(Self { sources, catalog, cache: Arc::new(TokenCache::new(limits.cached_tokens)), clock })
    }

    /// Whether there are keys to verify with.
    pub(crate) fn is_ready(&self) -> bool {
        self.sources.iter().all(|source| source.proof.keys().is_none_or(|keys| keys.are_known()))
    }
}
