//! Bearer token -> [`AuthInfo`]: who calls?

mod auth_info;
mod bearer;
mod cache;
mod claims;
mod error;
mod issuer;
mod jwks;
mod jwt;
mod lifetime;
#[cfg(feature = "stdio")]
mod local;
mod principal;
#[cfg(test)]
mod tests;
mod typed_claims;

pub use auth_info::AuthInfo;
pub(crate) use bearer::bearer;
pub use claims::Claims;
pub(crate) use error::{AuthenticateError, Reason};
pub use issuer::Issuer;
pub(crate) use issuer::check_issuer_url;
#[cfg(test)]
pub(crate) use issuer::jwks_uri;
#[cfg(test)]
pub(crate) use jwks::KeySet;
pub(crate) use jwks::KeyTiming;
#[cfg(feature = "stdio")]
pub use local::LocalIdentity;
pub use principal::Principal;
pub use typed_claims::{ClaimsMismatch, FromClaims};

use std::{
    fmt,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use crate::{authorize::Catalog, clock::Clock, config::Problem};
use cache::TokenCache;
use jwks::Keys;
use jwt::{Expectations, UnprovenToken};

/// Verifies the tokens of one protected resource.
pub(crate) struct Authenticator {
    expected: Expectations,
    keys: Arc<Keys>,
    catalog: Arc<Catalog>,
    cache: TokenCache,
    clock: Clock,
}

/// What verification may cost.
#[derive(Debug, Clone)]
pub(crate) struct VerificationLimits {
    /// How many verified tokens are remembered.
    pub(crate) cached_tokens: usize,
    pub(crate) keys: KeyTiming,
}

impl Default for VerificationLimits {
    fn default() -> Self {
        Self { cached_tokens: 10_000, keys: KeyTiming::default() }
    }
}

impl Authenticator {
    /// Tokens of `issuer` for `resource` (its URL, verbatim). Nothing is fetched: a server starts while its issuer is
    /// down.
    pub(crate) fn new(
        issuer: &Issuer,
        resource: &str,
        catalog: Arc<Catalog>,
        limits: VerificationLimits,
        clock: Clock,
    ) -> Result<Self, Vec<Problem>> {
        let expected = issuer.expectations(resource)?;
        let keys = issuer.keys(limits.keys, clock.clone()).map_err(|problem| vec![problem])?;
        Ok(Self { expected, keys, catalog, cache: TokenCache::new(limits.cached_tokens), clock })
    }

    /// Who `bearer` speaks for, when it was verified before and is still good.
    pub(crate) fn cached(&self, bearer: &str) -> Option<AuthInfo> {
        let generation = self.keys.generation()?;
        let info = self.cache.get(bearer, generation)?;
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

    /// Who `bearer` speaks for.
    pub(crate) async fn authenticate(&self, bearer: &str) -> Result<AuthInfo, AuthenticateError> {
        if let Some(info) = self.cached(bearer) {
            return Ok(info);
        }
        let result = self.verify(bearer).await;
        if let Err(error) = &result {
            tracing::debug!(issuer = %self.expected.issuer, %error, "a token was refused");
        }
        result
    }

    async fn verify(&self, bearer: &str) -> Result<AuthInfo, AuthenticateError> {
        let token = UnprovenToken::read(bearer, &self.expected, self.clock.unix())?;
        let (key, generation) = self.keys.find(token.key()).await?;
        let info = AuthInfo::new(token.prove(&key, &self.catalog)?);
        Ok(self.cache.insert(bearer, generation, info))
    }

    /// For how long `info` is still good.
    pub(crate) fn remaining(&self, info: &AuthInfo) -> Duration {
        let end = info.lifetime().end().duration_since(UNIX_EPOCH).unwrap_or_default();
        end.saturating_sub(self.clock.unix())
    }

    /// Starts to fetch the issuer's keys, so that the first caller need not wait. Without it they are fetched for
    /// the first caller.
    pub(crate) fn warm(&self) {
        if !self.is_ready() {
            self.keys.refresh();
        }
    }

    /// Whether there are keys to verify with.
    pub(crate) fn is_ready(&self) -> bool {
        self.keys.are_known()
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("issuer", &self.expected.issuer)
            .field("audience", &self.expected.audience)
            .finish_non_exhaustive()
    }
}
