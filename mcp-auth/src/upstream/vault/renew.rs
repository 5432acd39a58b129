//! Tokens are renewed before they run out: once, however many calls need them, in however many processes, and whoever hangs
//! up meanwhile.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tracing::Instrument as _;

use super::{
    VaultError, end,
    lease::{Lease, Taken},
    open, seal, times_declined,
};
use crate::{
    authorization_server::Core,
    store::UpstreamTokenRecord,
    telemetry,
    upstream::{AnyProvider, Outage, SignInError, Tokens},
};

/// How long before its end a token is renewed: longer than a call takes, and than clocks differ.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// How long a provider that did not answer is left alone, where it says nothing else.
const PAUSE: Duration = Duration::from_secs(5);

/// Tokens that can be used now, and which change of the row they are.
#[derive(Clone, Debug)]
pub(in crate::upstream) struct Current {
    pub(in crate::upstream) tokens: Tokens,
    pub(in crate::upstream) version: u64,
}

/// The renewals of this process, one at a time for each row.
#[derive(Default)]
pub(crate) struct Renewals(Mutex<HashMap<String, Arc<Slot>>>);

type Slot = tokio::sync::Mutex<Memory>;

/// What is remembered of a row between two renewals.
#[derive(Default)]
struct Memory {
    /// The provider has given new tokens, the old ones are worth nothing, and the store did not take them: they follow this
    /// version.
    unsaved: Option<(u64, Tokens)>,
    /// The provider did not answer, and is left alone until then (monotonic clock).
    failed: Option<(Duration, Outage)>,
}

impl Renewals {
    fn slot(&self, id: &str) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() % 64 == 63 {
            let worth = |slot: &Slot| slot.try_lock().is_ok_and(|memory| memory.unsaved.is_some());
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || worth(slot));
        }
        Arc::clone(slots.entry(id.to_owned()).or_default())
    }
}

impl fmt::Debug for Renewals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewals").finish_non_exhaustive()
    }
}

/// The tokens of `record`, renewed if they run out soon. A provider that does not answer is no reason to refuse tokens that
/// are still good (C34).
pub(in crate::upstream) async fn current(
    core: &Arc<Core>,
    provider: &Arc<dyn AnyProvider>,
    record: UpstreamTokenRecord,
) -> Result<Current, VaultError> {
    let Ok(tokens) = open(&core.sealer, &record) else {
        // Nobody can ever open it again: the person has to sign in (C39).
        tracing::error!(id = record.id, "a provider's token cannot be opened; was a sealing key taken away?");
        return end(core, &record).await;
    };
    let version = record.version;
    let now = core.now();
    let Some(expires_at) = tokens.expires_at else { return Ok(Current { tokens, version }) };
    if now.plus(MARGIN) < expires_at || (now < expires_at && tokens.refresh_token.is_none()) {
        return Ok(Current { tokens, version });
    }
    match renew(core, provider, record).await {
        // Neither a provider that is away nor a full disk of ours ends what is still good.
        Err(VaultError::Unavailable(_) | VaultError::Store(_)) if core.now() < expires_at => {
            Ok(Current { tokens, version })
        }
        renewed => renewed,
    }
}

/// New tokens after those of `record`, whether or not these run out.
///
/// It is a task of its own: a caller that goes away must not take with it what a refresh token, good once, was given for.
pub(in crate::upstream) async fn renew(
    core: &Arc<Core>,
    provider: &Arc<dyn AnyProvider>,
    record: UpstreamTokenRecord,
) -> Result<Current, VaultError> {
    let (tasks, core, provider) = (&core.tasks, Arc::clone(core), Arc::clone(provider));
    let renewal = tasks.spawn(async move {
        let slot = core.renewals.slot(&record.id);
        let mut memory = slot.lock().await;
        renew_alone(&core, &*provider, record, &mut memory).await
    });
    renewal.await.unwrap_or_else(|_| Err(VaultError::Unavailable("the renewal of a token broke off".into())))
}

async fn renew_alone(
    core: &Core,
    provider: &dyn AnyProvider,
    seen: UpstreamTokenRecord,
    memory: &mut Memory,
) -> Result<Current, VaultError> {
    // Somebody may have been faster, here or in another process.
    let lease = match Lease::take(core, &seen).await? {
        Taken::Ours(lease) => lease,
        Taken::Renewed(record) => {
            let Ok(tokens) = open(&core.sealer, &record) else { return end(core, &record).await };
            return Ok(Current { tokens, version: record.version });
        }
    };
    let record = &lease.record;
    let Ok(tokens) = open(&core.sealer, record) else { return end(core, record).await };
    let renewed = match memory.unsaved.take() {
        Some((version, unsaved)) if version == record.version => unsaved,
        _ => match ask(core, provider, &tokens, memory).await {
            Ok(renewed) => renewed,
            // Nobody else has used the refresh token: the provider does not honour it any more (C33).
            Err(VaultError::Ended) => return end(core, record).await,
            Err(error) => {
                lease.give_back(core).await;
                return Err(error);
            }
        },
    };
    save(core, lease.record, renewed, memory).await
}

async fn ask(
    core: &Core,
    provider: &dyn AnyProvider,
    tokens: &Tokens,
    memory: &mut Memory,
) -> Result<Tokens, VaultError> {
    let now = core.clock.monotonic();
    if let Some((until, outage)) = memory.failed.as_ref().filter(|(until, _)| now < *until) {
        let retry_after = Some(until.saturating_sub(now));
        return Err(VaultError::Unavailable(Outage { retry_after, ..outage.clone() }));
    }
    memory.failed = None;
    let span = tracing::info_span!("upstream", provider = provider.id(), operation = "refresh");
    let answer = provider.refresh(tokens, core.now()).instrument(span).await;
    telemetry::upstream_refreshed(provider.id(), outcome(&answer));
    let outage = match answer {
        Ok(renewed) => return Ok(renewed),
        Err(error @ (SignInError::Refused(_) | SignInError::Denied)) => {
            tracing::info!(provider = provider.id(), %error, "a token cannot be renewed");
            return Err(VaultError::Ended);
        }
        Err(SignInError::Unavailable(outage)) => {
            tracing::warn!(provider = provider.id(), %outage, "a token cannot be renewed now");
            outage
        }
        Err(error @ SignInError::Misconfigured(_)) => {
            tracing::error!(provider = provider.id(), %error, "no token can be renewed");
            "it refuses this server".into()
        }
    };
    let pause = outage.retry_after.unwrap_or(PAUSE);
    memory.failed = Some((core.clock.monotonic().saturating_add(pause), outage.clone()));
    Err(VaultError::Unavailable(outage))
}

fn outcome(answer: &Result<Tokens, SignInError>) -> &'static str {
    match answer {
        Ok(_) => "renewed",
        Err(SignInError::Refused(_) | SignInError::Denied) => "refused",
        Err(SignInError::Unavailable(_)) => "unavailable",
        Err(SignInError::Misconfigured(_)) => "misconfigured",
    }
}

async fn save(
    core: &Core,
    record: UpstreamTokenRecord,
    renewed: Tokens,
    memory: &mut Memory,
) -> Result<Current, VaultError> {
    let version = record.version;
    let declined = times_declined(&core.sealer, &record).unwrap_or(0);
    let sealed = seal(&core.sealer, &record.id, &renewed, declined)?;
    let expires_at = renewed.expires_at;
    match core.store.swap_upstream_token(UpstreamTokenRecord { sealed, expires_at, ..record.clone() }).await {
        Ok(true) => Ok(Current { tokens: renewed, version: version.saturating_add(1) }),
        // Another sign-in, or another process: what they have kept is as new.
        Ok(false) => {
            let Some(record) = core.store.upstream_token(&record.id).await? else {
                return Err(VaultError::Ended);
            };
            let Ok(tokens) = open(&core.sealer, &record) else { return end(core, &record).await };
            Ok(Current { tokens, version: record.version })
        }
        Err(error) => {
            // They are all that is left of the sign-in. The next renewal begins with them.
            tracing::error!(%error, "a renewed token cannot be kept; it is used from memory");
            memory.unsaved = Some((version, renewed.clone()));
            Ok(Current { tokens: renewed, version })
        }
    }
}
