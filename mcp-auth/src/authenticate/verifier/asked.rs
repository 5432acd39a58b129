//! A verifier at work: each token is asked about once at a time, few at once, and answers are checked and remembered.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use quick_cache::sync::Cache;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
    time::sleep,
};
use tracing::Instrument;

use super::{AnyVerifier, VerifyError};
use crate::{
    AuthInfo,
    authenticate::{
        AuthenticateError, Reason,
        cache::{Fresh, TokenCache, TokenHash, hash},
        jwt::{Expectations, check_claims},
    },
    authorize::Catalog,
    clock::Clock,
};

/// How many tokens are asked about at once, and how many more may wait for that. A flood of unknown tokens reaches the
/// issuer as a trickle, and costs us a bounded number of tasks.
const AT_ONCE: usize = 32;
const WAITING: usize = 1024;
/// How long a refused token is refused without asking again, and how many are remembered.
const REFUSED: Duration = Duration::from_secs(5);
const REFUSED_TOKENS: usize = 10_000;
const RETRY_AFTER: Duration = Duration::from_secs(5);

type Answer = Result<AuthInfo, AuthenticateError>;

/// A verifier for one resource.
pub(crate) struct Asked {
    verifier: Arc<dyn AnyVerifier>,
    expected: Expectations,
    catalog: Arc<Catalog>,
    cache: Arc<TokenCache>,
    time: Duration,
    clock: Clock,
    permits: Semaphore,
    running: Mutex<HashMap<TokenHash, watch::Receiver<Option<Answer>>>>,
    /// Until when, by the monotonic clock, and why.
    refused: Cache<TokenHash, (Duration, Reason)>,
}

impl Asked {
    pub(crate) fn new(
        verifier: Arc<dyn AnyVerifier>,
        expected: Expectations,
        catalog: Arc<Catalog>,
        cache: Arc<TokenCache>,
        time: Duration,
        clock: Clock,
    ) -> Self {
        Self {
            verifier,
            expected,
            catalog,
            cache,
            time,
            clock,
            permits: Semaphore::new(AT_ONCE),
            running: Mutex::default(),
            refused: Cache::new(REFUSED_TOKENS),
        }
    }

    pub(crate) fn recognizes(&self, token: &str) -> Result<bool, AuthenticateError> {
        catch_unwind(AssertUnwindSafe(|| self.verifier.recognizes(token))).map_err(|_| {
            tracing::error!(issuer = self.expected.issuer, "the verifier panicked");
            unavailable(RETRY_AFTER)
        })
    }

    /// Who the token speaks for. The verification is a task of its own: callers that go away do not take it with them,
    /// and a panic ends there.
    pub(crate) async fn verify(self: &Arc<Self>, token: &str) -> Answer {
        let hash = hash(token);
        if let Some((until, reason)) = self.refused.get(&hash)
            && self.clock.monotonic() < until
        {
            return Err(reason.into());
        }
        let mut answer = self.join(token, hash)?;
        let answer = answer.wait_for(Option::is_some).await.map(|answer| (*answer).clone());
        if let Ok(Some(answer)) = answer {
            return answer;
        }
        tracing::error!(issuer = self.expected.issuer, "the verifier panicked");
        Err(unavailable(RETRY_AFTER))
    }

    /// The running verification of this token, or a new one.
    fn join(
        self: &Arc<Self>,
        token: &str,
        hash: TokenHash,
    ) -> Result<watch::Receiver<Option<Answer>>, AuthenticateError> {
        let mut running = self.running();
        if let Some(answer) = running.get(&hash) {
            return Ok(answer.clone());
        }
        if running.len() >= AT_ONCE + WAITING {
            tracing::error!(issuer = self.expected.issuer, "too many tokens wait for the verifier");
            return Err(unavailable(Duration::from_secs(1)));
        }
        let runtime = Handle::try_current().map_err(|_| unavailable(RETRY_AFTER))?;
        let (sender, receiver) = watch::channel(None);
        running.insert(hash, receiver.clone());
        let verification = Verification { asked: Arc::clone(self), hash };
        let token = token.to_owned();
        let work = async move {
            let answer = verification.asked.ask(&token, hash).await;
            // Remembered before it is over, so that nobody asks again in between.
            drop(verification);
            sender.send_replace(Some(answer));
        };
        runtime.spawn(work.in_current_span());
        Ok(receiver)
    }

    async fn ask(&self, token: &str, hash: TokenHash) -> Answer {
        let work = async {
            let _permit = self.permits.acquire().await?;
            self.verifier.verify(token).await
        };
        let claims = tokio::select! {
            // Time first: who has waited too long for a turn does not ask any more.
            biased;
            () = sleep(self.time) => {
                tracing::error!(issuer = self.expected.issuer, "the verifier took too long");
                return Err(unavailable(RETRY_AFTER));
            }
            claims = work => match claims {
                Ok(claims) => claims,
                Err(error) => return Err(self.failed(&error, token, hash)),
            },
        };
        match check_claims(claims, &self.expected, self.clock.unix(), &self.catalog) {
            Ok(verified) => {
                let info = AuthInfo::new(verified);
                self.remember(token, &info);
                Ok(info)
            }
            Err(reason) => {
                self.refuse(hash, reason);
                Err(reason.into())
            }
        }
    }

    fn failed(&self, error: &VerifyError, token: &str, hash: TokenHash) -> AuthenticateError {
        let (issuer, message) = (&self.expected.issuer, error.without(token));
        if error.invalid {
            tracing::info!(issuer, message, "the verifier refuses a token");
            self.refuse(hash, Reason::Inactive);
            return Reason::Inactive.into();
        }
        tracing::error!(issuer, message, "a token cannot be verified");
        unavailable(error.retry_after)
    }

    /// Never longer than the token lives, the leeway not counted (RFC 7662 section 4).
    fn remember(&self, token: &str, info: &AuthInfo) {
        let end = info.lifetime().end().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = self.verifier.remember().min(end.saturating_sub(self.clock.unix()));
        if !time.is_zero() {
            self.cache.insert(token, Fresh::Until(self.clock.monotonic().saturating_add(time)), info.clone());
        }
    }

    fn refuse(&self, hash: TokenHash, reason: Reason) {
        self.refused.insert(hash, (self.clock.monotonic() + REFUSED, reason));
    }

    fn running(&self) -> MutexGuard<'_, HashMap<TokenHash, watch::Receiver<Option<Answer>>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the verification when it is over, also by a panic.
struct Verification {
    asked: Arc<Asked>,
    hash: TokenHash,
}

impl Drop for Verification {
    fn drop(&mut self) {
        self.asked.running().remove(&self.hash);
    }
}

fn unavailable(retry_after: Duration) -> AuthenticateError {
    AuthenticateError::Unavailable {
        retry_after: retry_after.clamp(Duration::from_secs(1), Duration::from_secs(3600)),
    }
}
