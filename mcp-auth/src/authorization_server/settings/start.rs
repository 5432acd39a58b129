//! From checked settings to a running server: sealing keys, signing key, and the grants that ended of late.

use std::{future::Future, sync::Arc, thread};

use super::AuthorizationServer;
use crate::{
    Problem,
    authorization_server::{
        ClientKeys, Core, EndedGrants, IssuerUrl, KnownClients, Sealer, Tasks,
        bucket::Shares,
        entry::Door,
        housekeeping::Housekeeping,
        key::{self, NoKey},
        key_file::{self, NoKeyFile},
        registration_endpoint::Registrations,
        source::TrustedProxies,
        token::SigningKeys,
        token_endpoint::RedeemedCodes,
    },
    clock::Clock,
    store::{Store, StoreError, Timestamp},
    upstream::AnyProvider,
};

impl AuthorizationServer {
    /// Checks everything, opens the store and finds or makes the keys.
    pub(crate) fn start(self, setting: &str, clock: Clock) -> Result<Arc<Core>, Vec<Problem>> {
        let mut problems = self.branding.problems();
        let issuer = IssuerUrl::parse(&self.issuer, setting).map_err(|problem| problems.push(problem)).ok();
        problems.extend(self.problems(issuer.as_ref()));
        let documents = match &issuer {
            Some(issuer) => self.documents.clone().start(issuer, &clock),
            None => Ok(None),
        };
        let documents = documents.map_err(|problem| problems.push(problem)).ok().flatten();
        let proxies = TrustedProxies::parse(&self.trusted_proxies).map_err(|more| problems.extend(more)).ok();
        let door =
            Door::build(&self.who_may_enter, &self.providers).map_err(|more| problems.extend(more)).ok();
        let (Some(issuer), Some(store), Some(door), Some(trusted_proxies), true) =
            (issuer, self.store.clone(), door, proxies, problems.is_empty())
        else {
            return Err(problems);
        };
        let now = Timestamp::from(clock.unix());
        for provider in &self.providers {
            provider.start(&clock);
        }
        let opened = run(async {
            let sealer = self.sealer(store.as_ref()).await?;
            let ring = key::find_or_make(store.as_ref(), &sealer, now).await?;
            let ended = ended(store.as_ref(), now).await?;
            Ok((sealer, ring, ended))
        });
        let (sealer, ring, ended) = opened.map_err(|error| vec![problem(&error)])?;
        let trail = self.trail.unwrap_or_else(|| Arc::new(crate::audit::AuditTrail::log(clock.clone())));
        let clients = KnownClients::new(self.clients, &issuer, &clock).map_err(|error| {
            let help = "check the TLS set-up of this process";
            vec![Problem::new("AuthorizationServer::client", error.to_string(), help)]
        })?;
        // Who has to say more about people asks them for it.
        let telling = |provider: Arc<dyn AnyProvider>| {
            let wanted = door.wants_of(&*provider);
            provider.telling(&wanted).unwrap_or(provider)
        };
        if self.who_may_enter.is_empty() && issuer.is_https() {
            tracing::info!(
                issuer = issuer.as_str(),
                "everybody who has an account at a provider may enter; \
                 `AuthorizationServer::who_may_enter` restricts that"
            );
        }
        Ok(Arc::new(Core {
            issuer,
            trail,
            providers: self.providers.into_iter().map(telling).collect(),
            door,
            store,
            sealer,
            signer: SigningKeys::new(ring),
            ended,
            lifetimes: self.lifetimes,
            registration: self.registration,
            clients,
            client_keys: ClientKeys::default(),
            branding: self.branding,
            documents,
            clock,
            renewals: crate::upstream::Renewals::default(),
            tasks: Tasks::default(),
            housekeeping: Housekeeping::default(),
            redeemed: RedeemedCodes::default(),
            registrations: Registrations::default(),
            trusted_proxies,
            forms: Shares::default(),
        }))
    }

    /// The keys that were given; without any, which only the development sign-in may be, one that is kept beside the
    /// store.
    async fn sealer(&self, store: &dyn Store) -> Result<Sealer, NoStart> {
        if !self.sealing_keys.is_empty() {
            let keys = self.sealing_keys.iter().map(|(id, secret)| (id.as_str(), secret.expose().as_bytes()));
            return Ok(Sealer::new(keys));
        }
        let secret = match store.key_file() {
            Some(path) if key::exists(store).await? => key_file::read(&path)?,
            Some(path) => key_file::find_or_make(&path)?,
            None => crate::Secret::random().map_err(NoKey::from)?,
        };
        Ok(Sealer::new([("development", secret.expose().as_bytes())]))
    }
}

/// The grants that ended while their access tokens may still be about.
async fn ended(store: &dyn Store, now: Timestamp) -> Result<EndedGrants, StoreError> {
    let grants = EndedGrants::default();
    for (grant, ended_at) in store.grants_ended_since(EndedGrants::since(now)).await? {
        grants.insert(grant, ended_at, now);
    }
    Ok(grants)
}

#[derive(Debug, thiserror::Error)]
enum NoStart {
    #[error(transparent)]
    Key(#[from] NoKey),
    #[error(transparent)]
    KeyFile(#[from] NoKeyFile),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("no thread could be started: {0}")]
    Thread(std::io::Error),
    #[error("the store panicked")]
    Panic,
}

fn problem(error: &NoStart) -> Problem {
    let (setting, help) = match error {
        NoStart::Key(NoKey::OtherSealingKey(_)) => (
            "AuthorizationServer::sealing_key",
            "give the key that this store was begun with (a new one comes before it, not in its place), or begin with \
             another store: then everybody signs in again",
        ),
        NoStart::KeyFile(error) => ("AuthorizationServer::store", error.help()),
        NoStart::Key(NoKey::Store(_)) | NoStart::Store(_) | NoStart::Panic => {
            ("AuthorizationServer::store", "look at what the store says; nothing was changed")
        }
        NoStart::Key(NoKey::Broken(_)) => {
            ("AuthorizationServer::store", "restore the store from a backup, or begin with another")
        }
        NoStart::Key(NoKey::Randomness(_)) => {
            ("AuthorizationServer::store", "check the system's source of randomness (/dev/urandom)")
        }
        NoStart::Thread(_) => ("AuthorizationServer", "check the limits of this process"),
    };
    Problem::new(setting, error.to_string(), help)
}

/// Runs `work` to its end. A server is assembled outside of async code, or inside of a runtime that must not be blocked and
/// in which no other may end: both are fine with a thread of its own.
fn run<T: Send>(work: impl Future<Output = Result<T, NoStart>> + Send) -> Result<T, NoStart> {
    let run = || {
        // Made and dropped here: a runtime that ends inside of another one panics.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(NoStart::Thread)?.block_on(work)
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, run);
        thread.map_err(NoStart::Thread)?.join().unwrap_or(Err(NoStart::Panic))
    })
}
