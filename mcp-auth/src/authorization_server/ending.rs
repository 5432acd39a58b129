//! How grants end: in the store, at the gate, in the audit, and at the provider.

use std::{collections::BTreeSet, sync::Arc};

use super::{Core, OAuthError};
use crate::{
    AuditEvent, AuditKind,
    crash::crash_point,
    store::{GrantFilter, GrantRecord, StoreError},
    upstream,
};

/// Grants that end in one transaction.
const PAGE: usize = 200;

impl Core {
    /// Ends the grant in the store and, before anything is answered, at the gate. Whoever asked for it may go away meanwhile.
    pub(crate) async fn end_grant(
        self: &Arc<Self>,
        grant: &str,
        why: &'static str,
    ) -> Result<(), OAuthError> {
        self.end_one(grant, why).await?;
        Ok(())
    }

    /// The same; false where it had ended or never was.
    pub(super) async fn end_one(
        self: &Arc<Self>,
        grant: &str,
        why: &'static str,
    ) -> Result<bool, StoreError> {
        let (core, grant) = (Arc::clone(self), grant.to_owned());
        let ending = self.tasks.spawn(async move {
            crash_point!("grant.ending");
            let ended = core.store.end_grant(&grant, core.now()).await?;
            crash_point!("grant.ended");
            core.grant_ended(&grant);
            if ended {
                core.has_ended(&grant, why).await;
            }
            Ok(ended)
        });
        finished(ending.await)
    }

    /// Every grant of `filter`, and every code that could become one; how many grants it were.
    pub(super) async fn end_grants(
        self: &Arc<Self>,
        filter: GrantFilter,
        why: &'static str,
    ) -> Result<usize, StoreError> {
        let core = Arc::clone(self);
        let ending = self.tasks.spawn(async move {
            let mut count = 0;
            loop {
                let ended = core.store.end_grants(&filter, PAGE, core.now()).await?;
                let last = ended.len() < PAGE;
                count += ended.len();
                // All of them at the gate first: the rest takes its time.
                for grant in &ended {
                    core.grant_ended(&grant.id);
                }
                for grant in &ended {
                    core.audit(event(grant, why));
                }
                core.release(ended.into_iter().filter_map(|grant| grant.upstream).collect()).await;
                if last {
                    return Ok(count);
                }
            }
        });
        finished(ending.await)
    }

    /// The kill switch.
    pub(super) async fn end_everything(self: &Arc<Self>) -> Result<usize, StoreError> {
        let why = "everything was ended by the operator";
        let core = Arc::clone(self);
        let ending = self.tasks.spawn(async move {
            // First what stops everything that is out: also tokens that this store knows nothing of.
            core.replace_signing_keys(why).await?;
            core.store.end_sessions(None).await?;
            let ended = core.end_grants(GrantFilter::default(), why).await?;
            core.audit(AuditEvent::new(AuditKind::EverythingEnded).reason(format!("{ended} grants ended")));
            Ok(ended)
        });
        finished(ending.await)
    }

    /// Tells that the grant has ended in the store, and lets go of the provider's token that it used.
    pub(crate) async fn has_ended(self: &Arc<Self>, grant: &str, why: &'static str) {
        match self.store.grant(grant).await {
            Ok(Some(grant)) => {
                self.audit(event(&grant, why));
                self.release(grant.upstream.into_iter().collect()).await;
            }
            // Its end is done: a store that fails now keeps no more than the names from the audit.
            Ok(None) | Err(_) => {
                self.audit(AuditEvent::new(AuditKind::GrantEnded).grant(grant).reason(why));
            }
        }
    }

    /// Lets go of tokens of providers that nobody uses any more. The provider is told where it can be told, as well as that
    /// goes, and nobody waits for it.
    async fn release(self: &Arc<Self>, upstreams: BTreeSet<String>) {
        let mut released = Vec::new();
        for id in upstreams {
            match self.store.release_upstream_token(&id, self.now()).await {
                Ok(token) => released.extend(token),
                Err(error) => tracing::warn!(%error, id, "a provider's token is kept that nobody uses"),
            }
        }
        if released.is_empty() {
            return;
        }
        let core = Arc::clone(self);
        // A server that stops does not wait for a provider.
        tokio::spawn(async move {
            for token in released {
                upstream::tell_end(&core, &token).await;
            }
        });
    }
}

fn finished<T>(ended: Result<Result<T, StoreError>, tokio::task::JoinError>) -> Result<T, StoreError> {
    ended.unwrap_or_else(|error| Err(StoreError::new(error)))
}

fn event(grant: &GrantRecord, why: &str) -> AuditEvent {
    let event = AuditEvent::new(AuditKind::GrantEnded).grant(&grant.id).reason(why);
    event.subject(grant.person.subject()).client_id(&grant.client_id).resource(&grant.resource)
}
