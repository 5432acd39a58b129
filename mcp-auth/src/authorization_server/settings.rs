//! `AuthorizationServer`: the settings, before they are checked.

use std::{fmt, sync::Arc};

use super::{Branding, Core, EndedGrants, IssuerUrl, Lifetimes, RegistrationLimits, Sealer};
use crate::{
    Auth, ConfigError, Problem, Secret,
    clock::Clock,
    store::Store,
    upstream::{AnyProvider, Provider},
};

/// An authorization server in this process: it issues the tokens of our servers, and people sign in with a provider.
#[derive(Clone)]
#[must_use = "these are settings: give them to `AuthBuilder::authorization_server`, or `build` them"]
pub struct AuthorizationServer {
    issuer: String,
    providers: Vec<Arc<dyn AnyProvider>>,
    store: Option<Arc<dyn Store>>,
    sealing_keys: Vec<(String, Secret)>,
    lifetimes: Lifetimes,
    registration: RegistrationLimits,
    branding: Branding,
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
            branding: Branding::default(),
        }
    }

    /// A way to sign in. Each call adds one; several are offered for choice.
    pub fn sign_in(mut self, provider: impl Provider) -> Self {
        self.providers.push(Arc::new(provider));
        self
    }

    /// Where it keeps what it has to remember.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// The secret under which the providers' tokens and its own keys are sealed in the store: an id of your choice, and at
    /// least 32 random bytes. The first key seals, each further one only opens what was sealed under it before.
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

    /// What the pages look like.
    pub fn branding(mut self, branding: Branding) -> Self {
        self.branding = branding;
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

    /// Checks everything, opens the store and finds or makes the keys.
    pub(crate) fn start(self, setting: &str, clock: Clock) -> Result<Arc<Core>, Vec<Problem>> {
        let mut problems = Vec::new();
        let issuer = IssuerUrl::parse(&self.issuer, setting).map_err(|problem| problems.push(problem)).ok();
        if self.providers.is_empty() {
            problems.push(Problem::new(
                "AuthorizationServer::sign_in",
                "nobody can sign in",
                "add `.sign_in(GitHub::new(…))`, or `.sign_in(DevelopmentSignIn::new())` on this machine",
            ));
        }
        if self.store.is_none() {
            problems.push(Problem::new(
                "AuthorizationServer::store",
                "there is no store, and a restart would forget everybody",
                "add `.store(SqliteStore::open(\"mcp-auth.db\")?)`",
            ));
        }
        let (Some(issuer), Some(store), true) = (issuer, self.store, problems.is_empty()) else {
            return Err(problems);
        };
        let keys = self.sealing_keys.iter().map(|(id, secret)| (id.as_str(), secret.expose().as_bytes()));
        Ok(Arc::new(Core {
            sealer: Sealer::new(keys),
            issuer,
            providers: self.providers,
            store,
            ended: EndedGrants::default(),
            lifetimes: self.lifetimes,
            registration: self.registration,
            branding: self.branding,
            clock,
            renewals: crate::upstream::Renewals::default(),
        }))
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
