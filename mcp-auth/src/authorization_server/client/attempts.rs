//! Wrong secrets of one client (OAuth 2.1 section 2.4.1).
//!
//! Whoever tries many is told to wait, and the operator reads of it once. The right secret always opens: a stranger who
//! knows a client's id, which is no secret, must not be able to keep the client out. That guessing is hopeless does not rest
//! on the waiting but on the secrets, which have at least 32 characters.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::clock::Clock;

/// As many wrong secrets are answered as such, and one more in each of these.
const MOST: u32 = 10;
const EVERY: Duration = Duration::from_secs(6);

/// How many wrong secrets there were of late: one number for each client, whoever sends them.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    wrong: u32,
    /// When the number was last made smaller, on the monotonic clock.
    since: Duration,
    told: bool,
}

impl Attempts {
    /// One more. The time to wait, where there were too many.
    pub(crate) fn wrong(&self, client: &str, clock: &Clock) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.monotonic();
        let passed = now.saturating_sub(state.since).as_secs() / EVERY.as_secs();
        let forgiven = u32::try_from(passed).unwrap_or(u32::MAX);
        if forgiven > 0 {
            state.wrong = state.wrong.saturating_sub(forgiven);
            state.since = now;
        }
        if state.wrong == 0 {
            state.told = false;
        }
        if state.wrong < MOST {
            state.wrong += 1;
            return None;
        }
        if !state.told {
            state.told = true;
            tracing::warn!(client, "somebody tries many wrong secrets of this client");
        }
        Some(EVERY.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s47_after_ten_wrong_secrets_there_is_one_more_every_six_seconds() {
        let (attempts, clock) = (Attempts::default(), Clock::fixed(1_800_000_000));
        let wrong = || attempts.wrong("client", &clock);
        assert!((0..10).all(|_| wrong().is_none()));
        assert!((0..1000).all(|_| wrong() == Some(6)));
        clock.advance(Duration::from_secs(6));
        assert_eq!((wrong(), wrong()), (None, Some(6)));
        clock.advance(Duration::from_secs(3600));
        assert!((0..10).all(|_| wrong().is_none()));
        assert_eq!(wrong(), Some(6));
    }
}
