//! From when until when a token is good (RFC 7519 sections 4.1.4 to 4.1.6).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Reason;

/// 9999-12-31T23:59:59Z. Later dates are cut to it: a claim can hold 1e300, a `SystemTime` cannot.
const LATEST: f64 = 253_402_300_799.0;

/// The times of one token as the issuer wrote them, in seconds since 1970, and how far clocks may differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lifetime {
    pub(crate) not_before: Option<f64>,
    pub(crate) issued_at: Option<f64>,
    pub(crate) expires_at: f64,
    pub(crate) leeway: Duration,
}

impl Lifetime {
    /// As long as can be said.
    #[cfg(feature = "stdio")]
    pub(crate) const ENDLESS: Self =
        Self { not_before: None, issued_at: None, expires_at: LATEST, leeway: Duration::ZERO };

    /// Whether the token is good at `now` (time since 1970). Also asked for each use of a cached token.
    pub(crate) fn check(&self, now: Duration) -> Result<(), Reason> {
        let (now, leeway) = (now.as_secs_f64(), self.leeway.as_secs_f64());
        // "on or after which": the second of expiry itself is too late.
        if now >= self.expires_at + leeway {
            return Err(Reason::Expired);
        }
        // A token of the future means that one of the two clocks is wrong: its expiry cannot be trusted either.
        let starts = [self.not_before, self.issued_at].into_iter().flatten();
        if starts.into_iter().any(|start| now + leeway < start) {
            return Err(Reason::NotYetValid);
        }
        Ok(())
    }

    /// When the token ends, without leeway.
    pub(crate) fn end(&self) -> SystemTime {
        let seconds = Duration::try_from_secs_f64(self.expires_at.clamp(0.0, LATEST));
        UNIX_EPOCH + seconds.unwrap_or_default()
    }
}
