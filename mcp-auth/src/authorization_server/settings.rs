//! `AuthorizationServer`: the settings, before they are checked.

mod checks;
mod start;

use std::{fmt, sync::Arc};

use super::{Branding, ClientDocuments, Lifetimes, PreregisteredClient, RegistrationLimits, WhoMayEnter};
use crate::{
    Auth, ConfigError, Secret,
    store::Store,
    upstream::{AnyProvider, SignIn},
};

#[doc = include_str!("../../docs/authorization-server.md")]
#[derive(Clone)]
#[must_use = "these are settings: give them to `AuthBuilder::authorization_server`, or `build` them"]
pub struct AuthorizationServer {
    issuer: String,
    providers: Vec<Arc<dyn AnyProvider>>,
    store: Option<Arc<dyn Store>>,
    sealing_keys: Vec<(String, Secret)>,
    lifetimes: Lifetimes,
    registration: RegistrationLimits,
    clients: Vec<PreregisteredClient>,
    branding: Branding,
    sinks: crate::audit::Sinks,
    trail: Option<Arc<crate::audit::AuditTrail>>,
    documents: ClientDocuments,
    who_may_enter: Vec<WhoMayEnter>,
    trusted_proxies: Vec<String>,
}

impl AuthorizationServer {
    /// An authorization server at this URL, exactly as clients and browsers use it: `https`, or `http` on this machine.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            issuer: url.into(),
            providers: Vec::new(),
            store: None,
            sealing_keys: Vec::new(),
            lifetimes: Lifetimes::default(),
            registration: RegistrationLimits::default(),
            clients: Vec::new(),
            branding: Branding::default(),
            sinks: crate::audit::Sinks::default(),
            trail: None,
            documents: ClientDocuments::default(),
            who_may_enter: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }

    /// A way to sign in. Each call adds one; several are offered for choice.
    pub fn sign_in(mut self, provider: impl SignIn) -> Self {
        self.providers.push(provider.into_provider());
        self
    }

    /// Who may enter, of those who can sign in. Without a policy that is everybody with an account at a provider.
    ///
    /// ```
    /// use mcp_auth::{AuthorizationServer, GitHub, WhoMayEnter};
    ///
    /// let settings = AuthorizationServer::new("https://mcp.example.com")
    ///     .sign_in(GitHub::new("client id", "client secret"))
    ///     .who_may_enter(WhoMayEnter::any().email_domain("example.com").github_team("acme/core"));
    /// # let _ = settings;
    /// ```
    pub fn who_may_enter(mut self, policy: WhoMayEnter) -> Self {
        self.who_may_enter.push(policy);
        self
    }

    /// Where it keeps what it has to remember.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// The secret under which the providers' tokens and its own keys are sealed in the store: an id of your choice, and at
    /// least 32 random bytes, such as the output of `openssl rand -hex 32`. The first key seals, each further one only opens
    /// what was sealed under it before. A key that is not the store's does not start.
    ///
    /// Only where the development sign-in is the only one may it be left out: the key is made on the first start and kept
    /// beside the store, in a file for this user alone.
    pub fn sealing_key(mut self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.sealing_keys.push((id.into(), secret.into()));
        self
    }

    /// How long things live.
    pub fn lifetimes(mut self, lifetimes: Lifetimes) -> Self {
        self.lifetimes = lifetimes;
        self
    }

    /// How many clients may register themselves.
    pub fn registration(mut self, limits: RegistrationLimits) -> Self {
        self.registration = limits;
        self
    }

    /// A client that you know. Each call adds one; none of them has to register itself, and none expires.
    pub fn client(mut self, client: PreregisteredClient) -> Self {
        self.clients.push(client);
        self
    }

    /// Clients that you know, such as those of a file ([`PreregisteredClient::from_file`]).
    pub fn clients(mut self, clients: impl IntoIterator<Item = PreregisteredClient>) -> Self {
        self.clients.extend(clients);
        self
    }

    /// Clients whose id is the URL of a document about them: on unless this says otherwise.
    pub fn client_documents(mut self, documents: ClientDocuments) -> Self {
        self.documents = documents;
        self
    }

    /// The proxies in front of this server, by address (`10.0.0.7`) or network (`10.0.0.0/8`): what they write into
    /// `X-Forwarded-For` says where a request comes from, for limits by address and for nothing else. From everybody else
    /// the header means nothing, because anybody can write one. Without it, what comes through a proxy shares one limit.
    pub fn trusted_proxies<T: Into<String>>(mut self, proxies: impl IntoIterator<Item = T>) -> Self {
        self.trusted_proxies.extend(proxies.into_iter().map(Into::into));
        self
    }

    /// What the pages look like.
    pub fn branding(mut self, branding: Branding) -> Self {
        self.branding = branding;
        self
    }

    /// Where decisions are told: short for [`AuthBuilder::audit`](crate::AuthBuilder::audit).
    pub fn audit(mut self, sink: impl crate::AuditSink) -> Self {
        self.sinks.queue(sink);
        self
    }

    /// The same, before anybody is answered: short for [`AuthBuilder::audit_first`](crate::AuthBuilder::audit_first).
    pub fn audit_first(mut self, sink: impl crate::AuditSink) -> Self {
        self.sinks.first(sink);
        self
    }

    pub(crate) fn audit_sinks(&self) -> crate::audit::Sinks {
        self.sinks.clone()
    }

    /// Where they are told, running.
    pub(crate) fn telling(mut self, trail: Option<Arc<crate::audit::AuditTrail>>) -> Self {
        self.trail = trail;
        self
    }

    /// An [`Auth`] that trusts this authorization server and nobody else: short for
    /// `Auth::builder().authorization_server(…).build()`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem.
    pub fn build(self) -> Result<Auth, ConfigError> {
        Auth::builder().authorization_server(self).build()
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }
}

/// Secrets are not printed.
impl fmt::Debug for AuthorizationServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServer")
            .field("issuer", &crate::config::shown(&self.issuer))
            .field("providers", &self.providers)
            .finish_non_exhaustive()
    }
}
