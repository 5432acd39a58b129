//! The door: where a person is let in, or not.

use std::{fmt, sync::Arc};

use super::{
    accounts::Accounts,
    custom::{Asked, Entry},
    judge::{Reason, Verdict},
    rule::Rule,
};
use crate::{
    authorization_server::{Client, Core},
    store::Person,
    upstream::{Account, AnyProvider, Outage, SignInError, Tokens, VaultError, Wanted},
};

/// The policy, ready to be asked.
pub(crate) struct Door {
    /// `None`: everybody may enter.
    rule: Option<Rule>,
    wanted: Wanted,
    accounts: Accounts,
}

/// Who wants to enter, by which client, for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) person: &'a Person,
    pub(crate) client: &'a Client,
    pub(crate) resource: &'a str,
    pub(crate) scopes: &'a [String],
}

impl Door {
    pub(super) fn open() -> Self {
        Self { rule: None, wanted: Wanted::default(), accounts: Accounts::new() }
    }

    pub(super) fn guarded(rule: Rule, wanted: Wanted) -> Self {
        Self { rule: Some(rule), wanted, accounts: Accounts::new() }
    }

    /// What has to be asked of this provider.
    pub(crate) fn wants_of(&self, provider: &dyn AnyProvider) -> Wanted {
        let known = provider.knows();
        let mut wanted = self.wanted.clone();
        wanted.email_addresses &= known.email_addresses;
        if !known.memberships {
            wanted.memberships.clear();
        }
        wanted
    }

    /// Somebody has come back from the provider: may they enter? The provider is asked now, with the tokens that they
    /// brought. Returns also what is to be remembered with [`remember`](Self::remember) once their token is kept.
    pub(crate) async fn enters(
        &self,
        core: &Core,
        provider: &dyn AnyProvider,
        tokens: Option<&Tokens>,
        asking: Asking<'_>,
    ) -> (Verdict, Arc<Account>) {
        let Some(rule) = &self.rule else { return (Verdict::Yes, Arc::new(Account::unknown())) };
        let wanted = self.wants_of(provider);
        let account = match tokens {
            Some(tokens) if !wanted.is_nothing() => {
                provider.account(asking.person, tokens, &wanted, core.now()).await
            }
            _ => Ok(Account::unknown()),
        };
        match account {
            Ok(account) => {
                let account = Arc::new(account);
                (asking.judged(rule, Arc::clone(&account)).await, account)
            }
            Err(error) => (refused(asking, verdict(error)), Arc::new(Account::unknown())),
        }
    }

    /// The token of somebody who has entered is kept: nobody has to ask again for a while.
    pub(crate) async fn remember(&self, core: &Core, token: &str, account: &Arc<Account>) {
        if self.rule.is_some() {
            self.accounts.keep(core, token, account).await;
        }
    }

    /// Somebody is in: may they stay? The provider is asked once in a while.
    pub(crate) async fn stays(&self, core: &Arc<Core>, token: Option<&str>, asking: Asking<'_>) -> Verdict {
        let Some(rule) = &self.rule else { return Verdict::Yes };
        let Some(provider) = core.provider(&asking.person.provider) else {
            return refused(asking, Verdict::No(Reason::Ended));
        };
        let wanted = self.wants_of(&**provider);
        let account = match token {
            Some(token) if !wanted.is_nothing() => {
                self.accounts.of(core, provider, asking.person, token, &wanted).await
            }
            _ => Ok(Arc::new(Account::unknown())),
        };
        match account {
            Ok(account) => asking.judged(rule, account).await,
            Err(error) => refused(asking, lost(&error)),
        }
    }
}

impl Asking<'_> {
    async fn judged(self, rule: &Rule, account: Arc<Account>) -> Verdict {
        let entry = Entry::new(Asked {
            person: self.person.clone(),
            account,
            client_id: self.client.id.clone(),
            client_name: self.client.name().to_owned(),
            resource: self.resource.to_owned(),
            scopes: self.scopes.to_vec(),
        });
        refused(self, rule.judge(&entry).await)
    }
}

/// The log says who was refused and why, and no e-mail address: the subject finds them at the provider.
fn refused(asking: Asking<'_>, verdict: Verdict) -> Verdict {
    let (person, client, resource) = (asking.person, &asking.client.id, asking.resource);
    match &verdict {
        Verdict::Yes => {}
        Verdict::No(reason) => tracing::info!(?person, client, resource, ?reason, "refused: may not enter"),
        Verdict::Unknown(outage) => {
            tracing::warn!(?person, client, resource, %outage, "refused: nobody can say who may enter");
        }
    }
    verdict
}

fn verdict(error: SignInError) -> Verdict {
    match error {
        SignInError::Denied | SignInError::Refused(_) => Verdict::No(Reason::Ended),
        SignInError::Unavailable(outage) => Verdict::Unknown(outage),
        SignInError::Misconfigured(why) => Verdict::Unknown(Outage::from(why)),
    }
}

fn lost(error: &VaultError) -> Verdict {
    match error {
        VaultError::Ended => Verdict::No(Reason::Ended),
        VaultError::Unavailable(outage) => Verdict::Unknown(outage.clone()),
        VaultError::Store(error) => {
            tracing::error!(%error, "who may enter cannot be looked up");
            Verdict::Unknown("the store cannot answer".into())
        }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("guarded", &self.rule.is_some()).finish_non_exhaustive()
    }
}
