//! What all endpoints share, and how it starts.

use std::{fmt, sync::Arc};

use http::{Extensions, HeaderMap};

use super::{
    Branding, ClientKeys, EndedGrants, IssuerUrl, KnownClients, Lifetimes, RegistrationLimits, Sealer, Tasks,
    bucket::Shares,
    client::Documents,
    entry::Door,
    housekeeping::Housekeeping,
    registration_endpoint::Registrations,
    source::{Source, TrustedProxies},
    token::SigningKeys,
    token_endpoint::RedeemedCodes,
};
use crate::{
    AuditEvent,
    clock::Clock,
    store::{Store, Timestamp},
    upstream::{AnyProvider, Renewals},
};

/// The authorization server, running.
pub(crate) struct Core {
    pub(crate) issuer: IssuerUrl,
    pub(crate) providers: Vec<Arc<dyn AnyProvider>>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sealer: Sealer,
    pub(crate) signer: SigningKeys,
    pub(crate) ended: EndedGrants,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) registration: RegistrationLimits,
    pub(crate) clients: KnownClients,
    pub(crate) client_keys: ClientKeys,
    pub(crate) branding: Branding,
    /// `None`: ids that are URLs are not known here.
    pub(super) documents: Option<Arc<Documents>>,
    pub(crate) clock: Clock,
    pub(crate) renewals: Renewals,
    pub(super) trail: Arc<crate::audit::AuditTrail>,
    pub(crate) door: Door,
    pub(crate) tasks: Tasks,
    pub(super) housekeeping: Housekeeping,
    pub(super) redeemed: RedeemedCodes,
    pub(super) registrations: Registrations,
    pub(super) trusted_proxies: TrustedProxies,
    /// How often each address may send the forms of a sign-in.
    pub(super) forms: Shares<Source>,
}

impl Core {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.unix().into()
    }

    /// Tells what was decided: after it is durable, before it is answered.
    pub(crate) fn audit(&self, event: AuditEvent) {
        self.trail.record(event);
    }

    /// The grant has ended: from now on none of its access tokens is honoured here.
    pub(crate) fn grant_ended(&self, grant: &str) {
        let now = self.now();
        self.ended.insert(grant, now, now);
    }

    /// Where a request comes from, as far as that is certain.
    pub(super) fn source(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<Source> {
        Source::of(extensions, headers, &self.trusted_proxies)
    }

    /// A server has stopped: lets what was begun end, and the store come to rest.
    pub(crate) async fn rest(&self) {
        self.tasks.finish().await;
        if let Err(error) = self.store.flush().await {
            tracing::warn!(%error, "the store could not be brought to rest; nothing is lost");
        }
    }

    pub(crate) fn provider(&self, id: &str) -> Option<&Arc<dyn AnyProvider>> {
        self.providers.iter().find(|provider| provider.id() == id)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServer")
            .field("issuer", &self.issuer.as_str())
            .field("providers", &self.providers)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
