//! How many new clients there may be a minute, from everywhere together.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::StatusCode;
use quick_cache::sync::Cache;

use super::super::{OAuthError, RegistrationLimits};
use crate::{clock::Clock, store::Digest};

/// Clients that registered lately: who comes again is not new, and waits for nobody.
const KNOWN: usize = 10_000;

/// A bucket of places, which fill up again, and who is known.
pub(crate) struct Registrations {
    bucket: Mutex<Bucket>,
    known: Cache<Digest, ()>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Taken, and not free again.
    taken: f64,
    /// When it was looked at, on the monotonic clock.
    seen: Duration,
}

/// One place in the bucket, or none for who is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(bool);

impl Place {
    /// Whether it is one for a new client.
    pub(super) fn is_new(self) -> bool {
        self.0
    }
}

impl Registrations {
    /// A place for a registration; 429 with the time after which there is one.
    pub(super) fn enter(
        &self,
        fingerprint: Digest,
        limits: &RegistrationLimits,
        clock: &Clock,
    ) -> Result<Place, OAuthError> {
        if self.known.get(&fingerprint).is_some() {
            return Ok(Place(false));
        }
        let most = f64::from(limits.per_minute);
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.monotonic();
        let freed = now.saturating_sub(bucket.seen).as_secs_f64() * most / 60.0;
        bucket.taken = (bucket.taken - freed).max(0.0);
        bucket.seen = now;
        if bucket.taken + 1.0 > most {
            tracing::warn!(per_minute = limits.per_minute, "refused: too many new clients register");
            let wait = Duration::from_secs_f64((bucket.taken + 1.0 - most) * 60.0 / most);
            return Err(too_many(wait.as_secs() + 1));
        }
        bucket.taken += 1.0;
        Ok(Place(true))
    }

    /// Gives a place back: it was no new client.
    pub(super) fn leave(&self, place: Place, limits: &RegistrationLimits) {
        if place.0 {
            let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.taken = (bucket.taken - 1.0).clamp(0.0, f64::from(limits.per_minute));
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

impl Default for Registrations {
    fn default() -> Self {
        Self { bucket: Mutex::default(), known: Cache::new(KNOWN) }
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
