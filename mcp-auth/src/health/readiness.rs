//! Whether requests could be served now. Probes come often and from everybody: the store is asked once a second at most.

use std::time::Duration;

use super::Health;

/// How long an answer is good for.
const FRESH: Duration = Duration::from_secs(1);
/// For the store to answer.
#[cfg(feature = "authorization-server")]
const PATIENCE: Duration = Duration::from_secs(2);

/// Why requests would not be served well now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The server has been told to stop.
    #[error("the server is stopping")]
    Stopping,
    /// Of no issuer are there keys to verify tokens with. They are being fetched.
    #[error("the keys of no issuer are known")]
    Keys,
    /// The store of the authorization server cannot be read and written.
    #[cfg(feature = "authorization-server")]
    #[error("{0}")]
    Store(String),
}

/// The last answer, and when it was found (monotonic clock).
#[derive(Default)]
pub(super) struct Asked(Option<(Duration, Result<(), NotReady>)>);

impl Health {
    /// Whether requests could be served now: the keys of an issuer are known, and the store of the authorization server can
    /// be read and written. An issuer that is down is no reason while its keys are known, nor while another's are.
    ///
    /// # Errors
    ///
    /// [`NotReady`] with the reason, for a log and not for everybody.
    pub async fn check(&self) -> Result<(), NotReady> {
        if self.is_stopping() {
            return Err(NotReady::Stopping);
        }
        // One asks, and the others wait for what it hears.
        let mut asked = self.0.asked.lock().await;
        let now = self.0.clock.monotonic();
        if let Some((at, found)) = &asked.0
            && now.saturating_sub(*at) < FRESH
        {
            return found.clone();
        }
        let found = self.look().await;
        tell(asked.0.as_ref().map(|(_, before)| before), &found);
        asked.0 = Some((now, found.clone()));
        found
    }

    #[cfg_attr(
        not(feature = "authorization-server"),
        expect(clippy::unused_async, reason = "a store would be asked here")
    )]
    async fn look(&self) -> Result<(), NotReady> {
        // Of all, because to ask is also to fetch what is missing.
        let known = self.0.trusted.iter().filter(|trust| trust.is_known()).count();
        if known == 0 {
            return Err(NotReady::Keys);
        }
        #[cfg(feature = "authorization-server")]
        for core in self.0.trusted.iter().filter_map(crate::authenticate::Trust::core) {
            match tokio::time::timeout(PATIENCE, core.store.check()).await {
                Ok(answer) => answer.map_err(|error| NotReady::Store(error.to_string()))?,
                Err(_) => return Err(NotReady::Store("the store does not answer in time".to_owned())),
            }
        }
        Ok(())
    }
}

/// The log hears of changes.
fn tell(before: Option<&Result<(), NotReady>>, found: &Result<(), NotReady>) {
    match (before, found) {
        (Some(before), found) if before == found => {}
        (None, Ok(())) => tracing::debug!("ready"),
        (_, Ok(())) => tracing::info!("ready again"),
        (_, Err(reason)) => tracing::warn!(%reason, "not ready"),
    }
}
