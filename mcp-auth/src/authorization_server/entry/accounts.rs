//! What providers said about accounts, remembered for some minutes: many clients refresh at once, and providers count how
//! often they are asked.

use std::{fmt, sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use tokio::sync::Mutex;

use crate::{
    authorization_server::Core,
    store::Person,
    upstream::{self, Account, AnyProvider, Outage, Untold, VaultError, Wanted},
};

/// People, of whom the last are remembered.
const MOST: usize = 10_000;
/// How long a provider that could not answer is left alone, where it says nothing else.
const PAUSE: Duration = Duration::from_secs(5);

/// By the id of the provider's token, which is one person's. Each has a lock of its own: one question at a time for a person.
pub(super) struct Accounts(Cache<String, Arc<Mutex<Option<Remembered>>>>);

struct Remembered {
    said: Said,
    /// When it is asked again, on the monotonic clock.
    until: Duration,
}

#[derive(Clone)]
enum Said {
    Account(Arc<Account>),
    Nothing(Outage),
}

impl Accounts {
    pub(super) fn new() -> Self {
        Self(Cache::new(MOST))
    }

    /// Somebody has just signed in, and this is what was said.
    pub(super) async fn keep(&self, core: &Core, token: &str, account: &Arc<Account>) {
        *self.slot(token).lock().await = Some(Remembered::account(core, account));
    }

    /// What is known about the account of this token; asked for where that is too long ago. Whoever hangs up meanwhile takes
    /// nothing from those who wait behind.
    pub(super) async fn of(
        &self,
        core: &Arc<Core>,
        provider: &Arc<dyn AnyProvider>,
        person: &Person,
        token: &str,
        wanted: &Wanted,
    ) -> Result<Arc<Account>, VaultError> {
        let slot = self.slot(token);
        let (core, provider) = (Arc::clone(core), Arc::clone(provider));
        let (person, token, wanted) = (person.clone(), token.to_owned(), wanted.clone());
        let asking = tokio::spawn(async move {
            let mut slot = slot.lock().await;
            let fresh = slot.as_ref().filter(|known| core.clock.monotonic() < known.until);
            match fresh.map(|known| known.said.clone()) {
                Some(Said::Account(account)) => return Ok(account),
                Some(Said::Nothing(outage)) => return Err(VaultError::Unavailable(outage)),
                None => {}
            }
            *slot = None;
            let answer = upstream::account(&core, &provider, &person, &token, &wanted).await.map(Arc::new);
            match &answer {
                Ok(account) => *slot = Some(Remembered::account(&core, account)),
                Err(VaultError::Unavailable(outage)) => *slot = Some(Remembered::nothing(&core, outage)),
                Err(VaultError::Ended | VaultError::Store(_)) => {}
            }
            answer
        });
        asking.await.unwrap_or_else(|_| Err(VaultError::Unavailable("the question broke off".into())))
    }

    fn slot(&self, token: &str) -> Arc<Mutex<Option<Remembered>>> {
        let made = self.0.get_or_insert_with(token, || Ok::<_, std::convert::Infallible>(Arc::default()));
        made.unwrap_or_default()
    }
}

impl Remembered {
    fn account(core: &Core, account: &Arc<Account>) -> Self {
        // A fact that could not be told is asked for again soon.
        let lifetime = match outage(account) {
            Some(outage) => pause(core, outage),
            None => core.lifetimes.entry,
        };
        Self {
            said: Said::Account(Arc::clone(account)),
            until: core.clock.monotonic().saturating_add(lifetime),
        }
    }

    fn nothing(core: &Core, outage: &Outage) -> Self {
        let until = core.clock.monotonic().saturating_add(pause(core, outage));
        Self { said: Said::Nothing(outage.clone()), until }
    }
}

/// A provider that says when to come back is not asked before, for as long as a good answer would count.
fn pause(core: &Core, outage: &Outage) -> Duration {
    outage.retry_after.unwrap_or(PAUSE).min(core.lifetimes.entry.max(PAUSE))
}

fn outage(account: &Account) -> Option<&Outage> {
    let addresses = account.email_addresses.as_ref().err();
    let memberships = account.memberships.values().filter_map(|fact| fact.as_ref().err());
    addresses.into_iter().chain(memberships).find_map(|untold| match untold {
        Untold::Unavailable(outage) => Some(outage),
        Untold::Unknown | Untold::NotAllowed => None,
    })
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}
