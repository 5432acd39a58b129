//! How many new clients there may be a minute: from everywhere together, and from one address.

use std::{fmt, time::Duration};

use http::StatusCode;
use quick_cache::sync::Cache;

use super::super::{
    OAuthError, RegistrationLimits,
    bucket::{Bucket, Shares},
    source::Source,
};
use crate::{clock::Clock, store::Digest};

/// Clients that registered lately: who comes again is not new, and waits for nobody.
const KNOWN: usize = 10_000;

/// Who is known, and the places for those who are not.
pub(crate) struct Registrations {
    everybody: Bucket,
    /// Of each address that is known: so that one stranger cannot take all places (F17).
    shares: Shares<Source>,
    known: Cache<Digest, ()>,
}

/// One place for a new client, or none for who is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Known,
    New(Option<Source>),
}

impl Place {
    /// Whether it is one for a new client.
    pub(super) fn is_new(self) -> bool {
        self != Self::Known
    }
}

impl Registrations {
    /// A place for a registration; 429 with the time after which there is one.
    pub(super) fn enter(
        &self,
        fingerprint: Digest,
        source: Option<Source>,
        limits: &RegistrationLimits,
        clock: &Clock,
    ) -> Result<Place, OAuthError> {
        if self.known.get(&fingerprint).is_some() {
            return Ok(Place::Known);
        }
        let now = clock.monotonic();
        let share = source.map(|source| self.shares.of(&source));
        // First the own one: what it has no place for must not take one from everybody.
        if let Some(share) = &share {
            share.take(limits.per_address, now).map_err(|wait| {
                tracing::warn!(
                    per_address = limits.per_address,
                    "refused: too many new clients from one address"
                );
                too_many(seconds(wait))
            })?;
        }
        self.everybody.take(limits.per_minute, now).map_err(|wait| {
            if let Some(share) = &share {
                share.give_back();
            }
            tracing::warn!(per_minute = limits.per_minute, "refused: too many new clients register");
            too_many(seconds(wait))
        })?;
        Ok(Place::New(source))
    }

    /// Gives a place back: it was no new client.
    pub(super) fn leave(&self, place: Place) {
        if let Place::New(source) = place {
            self.everybody.give_back();
            if let Some(source) = source {
                self.shares.of(&source).give_back();
            }
        }
    }

    /// They were taken for known, and the store knows them no more.
    pub(super) fn forget(&self, fingerprint: &Digest) {
        self.known.remove(fingerprint);
    }

    pub(super) fn know(&self, fingerprint: Digest) {
        self.known.insert(fingerprint, ());
    }
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

impl Default for Registrations {
    fn default() -> Self {
        Self { everybody: Bucket::default(), shares: Shares::default(), known: Cache::new(KNOWN) }
    }
}

impl fmt::Debug for Registrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrations").finish_non_exhaustive()
    }
}

/// 429: come back.
pub(super) fn too_many(seconds: u64) -> OAuthError {
    OAuthError {
        status: StatusCode::TOO_MANY_REQUESTS,
        retry_after: Some(seconds),
        ..OAuthError::new("temporarily_unavailable", "too many clients register: try again later")
    }
}
