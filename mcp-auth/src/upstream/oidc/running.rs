//! What an issuer has told us, for a while: asked when somebody needs it, once for all who wait.

use std::{sync::Arc, time::Duration};

use super::{
    Oidc,
    discovered::{Known, Undiscovered, discover},
};
use crate::{
    clock::Clock,
    http::HttpClient,
    upstream::{Outage, SignInError},
};

/// How long metadata are taken as they are.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// How long they serve while the issuer does not answer.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long they are not doubted: as long as an issuer's keys are not asked for again.
const UNDOUBTED: Duration = Duration::from_secs(30);
/// How long an issuer that did not answer is left alone.
const PAUSE: Duration = Duration::from_secs(5);

/// An issuer at work.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) http: HttpClient,
    pub(super) clock: Clock,
    memory: tokio::sync::Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// And when we were told (monotonic clock).
    known: Option<(Arc<Known>, Duration)>,
    /// It did not answer, and is left alone until then.
    failed: Option<(Duration, Undiscovered)>,
}

impl Running {
    pub(super) fn new(http: HttpClient, clock: Clock) -> Self {
        Self { http, clock, memory: tokio::sync::Mutex::default() }
    }
}

impl Memory {
    /// What it said, if that is not older than `age`.
    fn known_for(&self, age: Duration, now: Duration) -> Option<Arc<Known>> {
        let (known, at) = self.known.as_ref()?;
        (now < at.saturating_add(age)).then(|| Arc::clone(known))
    }
}

impl From<Undiscovered> for SignInError {
    fn from(error: Undiscovered) -> Self {
        match error {
            Undiscovered::Unavailable(why) => Self::Unavailable(Outage { why, retry_after: Some(PAUSE) }),
            Undiscovered::Wrong(why) => Self::Misconfigured(why),
        }
    }
}

impl Oidc {
    /// The issuer's metadata and keys.
    pub(super) async fn known(&self) -> Result<Arc<Known>, SignInError> {
        let running = self.running()?;
        let mut memory = running.memory.lock().await;
        let now = running.clock.monotonic();
        if let Some(known) = memory.known_for(FRESH, now) {
            return Ok(known);
        }
        match self.ask(running, &mut memory, now).await {
            Ok(known) => Ok(known),
            Err(error) => memory.known_for(STALE, now).ok_or_else(|| error.into()),
        }
    }

    /// What the issuer says now, when something does not go with what it said: `doubted`. `None`: it has just said so.
    pub(super) async fn known_anew(&self, doubted: &Arc<Known>) -> Result<Option<Arc<Known>>, SignInError> {
        let running = self.running()?;
        let mut memory = running.memory.lock().await;
        let now = running.clock.monotonic();
        match memory.known_for(UNDOUBTED, now) {
            // Somebody else has doubted it too, and asked.
            Some(known) if !Arc::ptr_eq(&known, doubted) => Ok(Some(known)),
            Some(_) => Ok(None),
            None => Ok(Some(self.ask(running, &mut memory, now).await?)),
        }
    }

    /// Asks the issuer, unless it has just failed to answer.
    async fn ask(
        &self,
        running: &Running,
        memory: &mut Memory,
        now: Duration,
    ) -> Result<Arc<Known>, Undiscovered> {
        if let Some((_, error)) = memory.failed.as_ref().filter(|(until, _)| now < *until) {
            return Err(error.clone());
        }
        let before = memory.known.as_ref().map(|(known, _)| known.as_ref());
        match discover(&self.issuer, self.reach(), running, before).await {
            Ok(known) => {
                let known = Arc::new(known);
                *memory = Memory { known: Some((Arc::clone(&known), now)), failed: None };
                Ok(known)
            }
            Err(error) => {
                tracing::warn!(provider = self.id, %error, "the issuer's metadata cannot be read");
                let until = running.clock.monotonic().saturating_add(PAUSE);
                memory.failed = Some((until, error.clone()));
                Err(error)
            }
        }
    }
}
