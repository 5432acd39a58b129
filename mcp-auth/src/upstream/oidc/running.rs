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

impl Oidc {
    /// The issuer's metadata and keys.
    pub(super) async fn known(&self) -> Result<Arc<Known>, SignInError> {
        let running = self.running()?;
        let mut memory = running.memory.lock().await;
        let now = running.clock.monotonic();
        if let Some((known, _)) = memory.known.as_ref().filter(|(_, at)| now < at.saturating_add(FRESH)) {
            return Ok(Arc::clone(known));
        }
        let paused = memory.failed.as_ref().filter(|(until, _)| now < *until).map(|(_, why)| why.clone());
        let error = match paused {
            Some(error) => error,
            None => {
                let before = memory.known.as_ref().map(|(known, _)| known.as_ref());
                match discover(&self.issuer, self.reach(), running, before).await {
                    Ok(known) => {
                        let known = Arc::new(known);
                        *memory = Memory { known: Some((Arc::clone(&known), now)), failed: None };
                        return Ok(known);
                    }
                    Err(error) => {
                        tracing::warn!(provider = self.id, %error, "the issuer's metadata cannot be read");
                        memory.failed =
                            Some((running.clock.monotonic().saturating_add(PAUSE), error.clone()));
                        error
                    }
                }
            }
        };
        match memory.known.as_ref().filter(|(_, at)| now < at.saturating_add(STALE)) {
            Some((known, _)) => Ok(Arc::clone(known)),
            None => Err(match error {
                Undiscovered::Unavailable(why) => {
                    SignInError::Unavailable(Outage { why, retry_after: Some(PAUSE) })
                }
                Undiscovered::Wrong(why) => SignInError::Misconfigured(why),
            }),
        }
    }
}
