//! What is known of an issuer's keys at one moment. No I/O and no waiting: every rule of time is here.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{KeySet, keys::KeyTiming};

/// All times are of the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct State {
    held: Option<Held>,
    /// Counts the sets that lost a key: what was verified under an older one is verified anew.
    generation: u64,
    last_attempt: Option<Attempt>,
    /// Attempts in a row that brought nothing.
    failures: u32,
}

#[derive(Debug)]
struct Held {
    set: Arc<KeySet>,
    since: Duration,
    fresh_for: Duration,
    /// Static keys never age.
    forever: bool,
}

#[derive(Debug)]
struct Attempt {
    at: Duration,
    /// Closed as soon as the attempt has ended, in whatever way.
    ended: watch::Receiver<()>,
    succeeded: bool,
    /// Begun after such a long silence that the old keys are not to be trusted before it ends.
    after_silence: bool,
}

impl State {
    pub(super) fn fixed(set: KeySet) -> Self {
        let held =
            Held { set: Arc::new(set), since: Duration::ZERO, fresh_for: Duration::MAX, forever: true };
        Self { held: Some(held), ..Self::default() }
    }

    /// The keys and their generation, unless they are older than anything acceptable.
    pub(super) fn usable(&self, now: Duration, timing: &KeyTiming) -> Option<(Arc<KeySet>, u64)> {
        let held = self.held.as_ref()?;
        let usable = held.forever || now.saturating_sub(held.since) < timing.max_stale;
        usable.then(|| (held.set.clone(), self.generation))
    }

    /// Whether the keys are to be fetched again without anybody asking for an unknown one.
    pub(super) fn is_due(&self, now: Duration, timing: &KeyTiming) -> bool {
        let aged = self.held.as_ref().is_some_and(|held| now.saturating_sub(held.since) >= held.fresh_for);
        aged && self.may_attempt(now, timing)
    }

    /// Whether known keys have to wait for a fetch: nobody asked for so long that a key which was withdrawn meanwhile
    /// would go on being honoured. An issuer that fails does not make anybody wait.
    pub(super) fn must_wait(&self, now: Duration) -> bool {
        match (&self.last_attempt, &self.held) {
            (Some(attempt), _) if attempt.is_running() => attempt.after_silence,
            (Some(attempt), Some(held)) => attempt.succeeded && is_silence(held, now),
            _ => false,
        }
    }

    /// Whether the cool-down is over. It counts from the start of an attempt and holds for failures too, so that
    /// no flood of tokens with random key ids becomes a flood of requests to the issuer.
    pub(super) fn may_attempt(&self, now: Duration, timing: &KeyTiming) -> bool {
        let Some(attempt) = &self.last_attempt else { return true };
        !attempt.is_running() && now.saturating_sub(attempt.at) >= self.cool_down(now, timing)
    }

    /// How long until a new attempt may succeed.
    pub(super) fn retry_after(&self, now: Duration, timing: &KeyTiming) -> Duration {
        let waited =
            self.last_attempt.as_ref().map_or(Duration::MAX, |attempt| now.saturating_sub(attempt.at));
        self.cool_down(now, timing).saturating_sub(waited).max(Duration::from_secs(1))
    }

    /// Without any keys every request fails, and an issuer that starts after us should be found soon: then the
    /// cool-down begins at a second and doubles.
    fn cool_down(&self, now: Duration, timing: &KeyTiming) -> Duration {
        if self.usable(now, timing).is_some() || self.failures == 0 {
            return timing.cool_down;
        }
        let doubled = 1_u64.checked_shl(self.failures - 1).unwrap_or(u64::MAX);
        timing.cool_down.min(Duration::from_secs(doubled))
    }

    pub(super) fn running(&self) -> Option<watch::Receiver<()>> {
        self.last_attempt.as_ref().filter(|attempt| attempt.is_running()).map(|attempt| attempt.ended.clone())
    }

    /// Whether the issuer itself has just said what its keys are.
    pub(super) fn last_attempt_succeeded(&self) -> bool {
        self.last_attempt.as_ref().is_some_and(|attempt| attempt.succeeded)
    }

    /// Records an attempt before it starts. It counts as failed until it has succeeded.
    pub(super) fn begin(&mut self, now: Duration) -> (watch::Sender<()>, watch::Receiver<()>) {
        let (end, ended) = watch::channel(());
        let after_silence =
            self.last_attempt_succeeded() && self.held.as_ref().is_some_and(|held| is_silence(held, now));
        self.last_attempt = Some(Attempt { at: now, ended: ended.clone(), succeeded: false, after_silence });
        (end, ended)
    }

    /// The attempt brought `set`.
    pub(super) fn succeed(&mut self, set: KeySet, fresh_for: Duration, now: Duration) {
        if self.held.as_ref().is_some_and(|held| !set.keeps_all_of(&held.set)) {
            self.generation += 1;
        }
        self.held = Some(Held { set: Arc::new(set), since: now, fresh_for, forever: false });
        self.failures = 0;
        if let Some(attempt) = &mut self.last_attempt {
            attempt.succeeded = true;
        }
    }

    /// Other static keys.
    #[cfg(feature = "authorization-server")]
    pub(super) fn give(&mut self, set: KeySet) {
        if self.held.as_ref().is_some_and(|held| !set.keeps_all_of(&held.set)) {
            self.generation += 1;
        }
        self.held = Self::fixed(set).held;
    }

    /// The attempt brought nothing. What is held stays.
    pub(super) fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }
}

impl Attempt {
    /// The task that makes the attempt holds the sender, so this is true even when the task panics or is dropped.
    fn is_running(&self) -> bool {
        self.ended.has_changed().is_ok()
    }
}

fn is_silence(held: &Held, now: Duration) -> bool {
    !held.forever && now.saturating_sub(held.since) >= held.fresh_for.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A set with the key of RFC 8037 appendix A.2.
    fn set() -> KeySet {
        let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        KeySet::parse(format!(r#"{{"keys":[{key}]}}"#).as_bytes()).unwrap().0
    }

    /// The state after an attempt at `now`.
    fn attempt(state: &mut State, now: Duration, brings: Option<KeySet>) {
        let (end, _ended) = state.begin(now);
        match brings {
            Some(set) => state.succeed(set, 600 * SECOND, now),
            None => state.fail(),
        }
        drop(end);
    }

    #[test]
    fn c2_without_keys_attempts_begin_a_second_apart_and_double() {
        let (mut state, timing, mut now) = (State::default(), KeyTiming::default(), Duration::ZERO);
        assert!(state.may_attempt(now, &timing), "the first needs no cool-down");
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            attempt(&mut state, now, None);
            let begun = now;
            now = begun + pause * SECOND;
            assert_eq!(state.retry_after(begun, &timing), pause * SECOND);
            assert!(!state.may_attempt(now.saturating_sub(Duration::from_millis(1)), &timing), "{pause}");
            assert!(state.may_attempt(now, &timing), "{pause}");
        }
    }

    #[test]
    fn t11_failures_do_not_shorten_the_cool_down_while_there_are_keys() {
        let (mut state, timing) = (State::default(), KeyTiming::default());
        attempt(&mut state, Duration::ZERO, Some(set()));
        for number in 1..5_u32 {
            let now = number * timing.cool_down;
            assert!(!state.may_attempt(now.saturating_sub(SECOND), &timing), "{number}");
            assert!(state.may_attempt(now, &timing), "{number}");
            attempt(&mut state, now, None);
        }
    }

    #[test]
    fn c3_who_meets_the_first_attempt_is_told_when_the_next_may_begin() {
        let (mut state, timing) = (State::default(), KeyTiming::default());
        let (_end, _ended) = state.begin(Duration::ZERO);
        assert!(!state.may_attempt(3600 * SECOND, &timing), "it still runs");
        assert_eq!(state.retry_after(10 * SECOND, &timing), 20 * SECOND);
        assert_eq!(state.retry_after(3600 * SECOND, &timing), SECOND, "never at once");
    }

    #[test]
    fn c1_keys_serve_until_they_are_too_old_and_given_ones_for_ever() {
        let (mut state, timing) = (State::default(), KeyTiming::default());
        attempt(&mut state, SECOND, Some(set()));
        let end = SECOND + timing.max_stale;
        assert!(state.usable(end.saturating_sub(Duration::from_millis(1)), &timing).is_some());
        assert!(state.usable(end, &timing).is_none());
        assert!(!state.is_due(600 * SECOND, &timing) && state.is_due(601 * SECOND, &timing));
        let given = State::fixed(set());
        let late = 10 * timing.max_stale;
        assert!(
            given.usable(late, &timing).is_some() && !given.is_due(late, &timing) && !given.must_wait(late)
        );
    }

    #[test]
    fn c7_the_generation_counts_the_sets_that_lost_a_key() {
        let (mut state, timing) = (State::default(), KeyTiming::default());
        let generation = |state: &mut State, set| {
            attempt(state, Duration::ZERO, Some(set));
            state.usable(Duration::ZERO, &timing).map(|(_, generation)| generation)
        };
        assert_eq!(generation(&mut state, set()), Some(0));
        assert_eq!(generation(&mut state, set()), Some(0), "nobody is verified anew for the same keys");
        let other =
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}]}"#;
        assert_eq!(generation(&mut state, KeySet::parse(other.as_bytes()).unwrap().0), Some(1));
    }
}
