//! The keys of one issuer over time: lazily fetched, refreshed, never lost to a bad answer.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch, time::timeout};

use super::{
    KeySet, KeySource, VerificationKey,
    document::{FetchedKeys, NoKeys},
    key::Unusable,
    set::Selection,
    state::State,
};
use crate::{
    authenticate::{AuthenticateError, Reason, jwt::KeyRequest},
    clock::Clock,
    http::HttpClient,
    telemetry,
};

/// How long what lasts.
#[derive(Debug, Clone)]
pub(crate) struct KeyTiming {
    /// How long a set is taken as it is, unless the issuer's `Cache-Control` says otherwise. It bounds how long a key
    /// that was withdrawn is honoured.
    pub(crate) refresh: Duration,
    /// The bounds within which `Cache-Control` is obeyed.
    pub(crate) refresh_bounds: (Duration, Duration),
    /// The least time between two fetches.
    pub(crate) cool_down: Duration,
    /// How long old keys serve while the issuer cannot be reached.
    pub(crate) max_stale: Duration,
    /// How long a caller waits for a fetch.
    pub(crate) wait: Duration,
    /// How long one fetch, discovery included, may take.
    pub(crate) fetch: Duration,
}

impl Default for KeyTiming {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(10 * 60),
            refresh_bounds: (Duration::from_secs(5 * 60), Duration::from_secs(60 * 60)),
            cool_down: Duration::from_secs(30),
            max_stale: Duration::from_secs(24 * 60 * 60),
            wait: Duration::from_secs(5),
            fetch: Duration::from_secs(12),
        }
    }
}

/// The keys of one issuer.
pub(crate) struct Keys {
    issuer: String,
    /// `None`: the keys were given and do not change.
    source: Option<(KeySource, HttpClient)>,
    timing: KeyTiming,
    clock: Clock,
    state: RwLock<State>,
    /// Which keys were left out last time, so that the log says it once.
    left_out: Mutex<Vec<Unusable>>,
}

impl Keys {
    /// Keys that were given once and for all.
    pub(crate) fn fixed(issuer: &str, set: KeySet, clock: Clock) -> Self {
        Self::new(issuer, None, State::fixed(set), KeyTiming::default(), clock)
    }

    /// Keys that are fetched when the first token asks for one.
    pub(crate) fn fetched(
        issuer: &str,
        source: KeySource,
        http: HttpClient,
        timing: KeyTiming,
        clock: Clock,
    ) -> Self {
        Self::new(issuer, Some((source, http)), State::default(), timing, clock)
    }

    fn new(
        issuer: &str,
        source: Option<(KeySource, HttpClient)>,
        state: State,
        timing: KeyTiming,
        clock: Clock,
    ) -> Self {
        let left_out = Mutex::default();
        Self { issuer: issuer.to_owned(), source, timing, clock, state: RwLock::new(state), left_out }
    }

    /// Whether there are keys to verify with.
    pub(crate) fn are_known(&self) -> bool {
        self.read(|state, now| state.usable(now, &self.timing).is_some())
    }

    /// The generation under which a verified token may be remembered and found again; `None` when nothing may be found
    /// without asking for a key. Starts a refresh that is due, without waiting for it.
    pub(crate) fn generation(self: &Arc<Self>) -> Option<u64> {
        let (generation, due) = self.read(|state, now| {
            let usable = if state.must_wait(now) { None } else { state.usable(now, &self.timing) };
            (usable.map(|(_, generation)| generation), state.is_due(now, &self.timing))
        });
        if due {
            self.refresh();
        }
        generation
    }

    /// The key for a token, and the generation it belongs to.
    ///
    /// A known key is found without waiting, whatever the issuer does. An unknown one is waited for, but not long, and
    /// is only called unknown when the issuer has just been heard: otherwise the fault is not the token's.
    pub(crate) async fn find(
        self: &Arc<Self>,
        request: KeyRequest<'_>,
    ) -> Result<(Arc<VerificationKey>, u64), AuthenticateError> {
        self.generation(); // a refresh may be due
        let must_wait = self.read(State::must_wait);
        match self.select(request) {
            (Selection::Found(key), generation) if !must_wait => return Ok((key, generation)),
            (Selection::OtherAlgorithm, _) if !must_wait => return Err(Reason::Algorithm.into()),
            (Selection::Ambiguous, _) if !must_wait => return Err(Reason::AmbiguousKey.into()),
            _ => {}
        }
        if let Some(mut ended) = self.refresh() {
            // The sender never sends: both an error here and a time-out mean to look again.
            let _ = timeout(self.timing.wait, ended.changed()).await;
        }
        match self.select(request) {
            (Selection::Found(key), generation) => Ok((key, generation)),
            (Selection::OtherAlgorithm, _) => Err(Reason::Algorithm.into()),
            (Selection::Ambiguous, _) => Err(Reason::AmbiguousKey.into()),
            (Selection::Unknown, _) => Err(self.unknown()),
        }
    }

    fn select(&self, request: KeyRequest<'_>) -> (Selection, u64) {
        match self.read(|state, now| state.usable(now, &self.timing)) {
            Some((set, generation)) => (set.select(request), generation),
            None => (Selection::Unknown, 0),
        }
    }

    /// Whose fault an unknown key is.
    fn unknown(&self) -> AuthenticateError {
        self.read(|state, now| {
            let issuer_was_heard =
                state.last_attempt_succeeded() && state.usable(now, &self.timing).is_some();
            if self.source.is_none() || issuer_was_heard {
                AuthenticateError::Invalid(Reason::UnknownKey)
            } else {
                AuthenticateError::Unavailable { retry_after: state.retry_after(now, &self.timing) }
            }
        })
    }

    /// Joins the running fetch, or starts one when the cool-down allows it. The fetch is a task of its own: callers that
    /// go away do not take it with them.
    pub(crate) fn refresh(self: &Arc<Self>) -> Option<watch::Receiver<()>> {
        self.source.as_ref()?;
        let runtime = Handle::try_current().ok()?;
        let (end, ended) = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(running) = state.running() {
                return Some(running);
            }
            let now = self.clock.monotonic();
            if !state.may_attempt(now, &self.timing) {
                return None;
            }
            state.begin(now)
        };
        let keys = self.clone();
        runtime.spawn(async move {
            keys.fetch().await;
            drop(end);
        });
        Some(ended)
    }

    async fn fetch(&self) {
        let Some((source, http)) = &self.source else { return };
        let result = timeout(self.timing.fetch, source.fetch(http)).await.unwrap_or(Err(NoKeys::Timeout));
        match result {
            Ok(fetched) => {
                telemetry::keys_fetched(true);
                self.accept(fetched);
            }
            Err(error) => {
                telemetry::keys_fetched(false);
                tracing::warn!(issuer = %self.issuer, %error, "the issuer's keys could not be fetched");
                self.write(|state, _| state.fail());
            }
        }
    }

    fn accept(&self, fetched: FetchedKeys) {
        let FetchedKeys { set, left_out, fresh_for } = fetched;
        self.report(left_out);
        let (least, most) = self.timing.refresh_bounds;
        let fresh_for = fresh_for.map_or(self.timing.refresh, |age| age.clamp(least, most));
        self.write(|state, now| state.succeed(set, fresh_for, now));
    }

    fn report(&self, left_out: Vec<Unusable>) {
        let mut known = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != left_out {
            for why in &left_out {
                tracing::info!(issuer = %self.issuer, why, "a key of the issuer is not used");
            }
            *known = left_out;
        }
    }

    fn read<T>(&self, look: impl FnOnce(&State, Duration) -> T) -> T {
        let now = self.clock.monotonic();
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner), now)
    }

    fn write(&self, change: impl FnOnce(&mut State, Duration)) {
        let now = self.clock.monotonic();
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner), now);
    }
}
