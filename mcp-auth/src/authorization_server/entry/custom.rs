//! Policies of users.

use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::judge::{Reason, Verdict};
use crate::{
    store::Person,
    upstream::{Account, Untold},
};

/// A policy that takes longer cannot say.
const TIME: Duration = Duration::from_secs(10);

/// Decides who may enter, where the ways of [`WhoMayEnter`](crate::WhoMayEnter) are not enough. An async closure is one.
///
/// ```
/// use mcp_auth::{Entry, EntryDecision, EntryError, WhoMayEnter};
///
/// # async fn has_seat(subject: &str) -> std::io::Result<bool> { Ok(subject == "github:583231") }
/// let policy = WhoMayEnter::any().policy(async |entry: Entry| {
///     // `?`: nobody can say now. The person is asked to try again, and whoever is in stays in.
///     if has_seat(&entry.subject()).await? {
///         Ok::<_, EntryError>(EntryDecision::Allow)
///     } else {
///         Ok(EntryDecision::deny("There is no seat for you. Ask the office for one."))
///     }
/// });
/// # let _ = policy;
/// ```
///
/// It is asked at each sign-in, whenever a browser's session stands for one, and at each refresh, so let it be quick: after ten
/// seconds, and when it panics, nobody could say.
pub trait EntryPolicy: Send + Sync + 'static {
    /// Whether they may enter.
    ///
    /// Written as `async fn decide(&self, entry: Entry) -> Result<EntryDecision, EntryError>`.
    ///
    /// # Errors
    ///
    /// [`EntryError`] where that cannot be known now: nobody is let in by it, and no grant ends.
    fn decide(&self, entry: Entry) -> impl Future<Output = Result<EntryDecision, EntryError>> + Send;
}

impl<F, D> EntryPolicy for F
where
    F: Fn(Entry) -> D + Send + Sync + 'static,
    D: Future<Output = Result<EntryDecision, EntryError>> + Send,
{
    fn decide(&self, entry: Entry) -> impl Future<Output = Result<EntryDecision, EntryError>> + Send {
        self(entry)
    }
}

/// What a policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryDecision {
    /// They may enter.
    Allow,
    /// They may not; grants that they have end at their next refresh.
    Deny {
        /// What the person reads, in one paragraph. Empty: what everybody reads.
        reason: String,
    },
}

impl EntryDecision {
    /// They may not, and this is what they read.
    pub fn deny(reason: impl Into<String>) -> Self {
        Self::Deny { reason: reason.into() }
    }
}

/// Why a policy cannot say, for the log. Every error becomes one by `?`.
pub struct EntryError(Untold);

impl EntryError {
    /// Nobody can say now.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self(Untold::Unavailable(why.into().into()))
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for EntryError {
    fn from(error: E) -> Self {
        Self::unavailable(error.to_string())
    }
}

impl fmt::Debug for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Somebody who wants to enter, and by which client.
#[derive(Clone)]
pub struct Entry(Arc<Asked>);

pub(super) struct Asked {
    pub(super) person: Person,
    pub(super) account: Arc<Account>,
    pub(super) client_id: String,
    pub(super) client_name: String,
    pub(super) resource: String,
    pub(super) scopes: Vec<String>,
}

impl Entry {
    pub(super) fn new(asked: Asked) -> Self {
        Self(Arc::new(asked))
    }

    /// The subject of their tokens: `github:583231`.
    pub fn subject(&self) -> String {
        self.0.person.subject()
    }

    /// Provider, stable id, and what to call them.
    pub fn person(&self) -> &Person {
        &self.0.person
    }

    /// Their e-mail addresses, those that the provider has verified. Empty where the provider knows none. The policy has to
    /// [ask for them](crate::WhoMayEnter::asks_for_email_addresses).
    ///
    /// # Errors
    ///
    /// The provider cannot say now, or the person did not allow it to. Hand it on with `?`.
    pub fn email_addresses(&self) -> Result<&[String], EntryError> {
        match &self.0.account.email_addresses {
            Ok(addresses) => Ok(addresses),
            Err(Untold::Unknown) => Ok(&[]),
            Err(untold) => Err(EntryError(untold.clone())),
        }
    }

    /// Whether they are an active member of this organisation (`acme`) or team (`acme/core`) at GitHub. The policy has to
    /// [ask for it](crate::WhoMayEnter::asks_for_membership).
    ///
    /// # Errors
    ///
    /// As of [`email_addresses`](Self::email_addresses).
    pub fn is_member_of(&self, name: &str) -> Result<bool, EntryError> {
        match self.0.account.is_member(&name.to_ascii_lowercase()) {
            Err(Untold::Unknown) => Ok(false),
            said => said.map_err(EntryError),
        }
    }

    /// The client.
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// What the client calls itself. Nobody has checked it.
    pub fn client_name(&self) -> &str {
        &self.0.client_name
    }

    /// The server that the client wants to use.
    pub fn resource(&self) -> &str {
        &self.0.resource
    }

    /// The scopes that the client is to get.
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    pub(super) fn account(&self) -> &Account {
        &self.0.account
    }
}

/// Addresses are not printed.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("person", &self.0.person)
            .field("client", &self.0.client_id)
            .field("resource", &self.0.resource)
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

/// [`EntryPolicy`] as a trait object.
pub(super) trait AnyPolicy: Send + Sync {
    fn decide(self: Arc<Self>, entry: Entry) -> Deciding;
}

type Deciding = Pin<Box<dyn Future<Output = Result<EntryDecision, EntryError>> + Send>>;

impl<P: EntryPolicy> AnyPolicy for P {
    fn decide(self: Arc<Self>, entry: Entry) -> Deciding {
        Box::pin(async move { EntryPolicy::decide(&*self, entry).await })
    }
}

/// Asks it in a task of its own, so that a panic is an answer that was not given.
pub(super) async fn decide(policy: &Arc<dyn AnyPolicy>, entry: Entry) -> Verdict {
    within(TIME, policy, entry).await
}

pub(super) async fn within(time: Duration, policy: &Arc<dyn AnyPolicy>, entry: Entry) -> Verdict {
    let mut deciding = tokio::spawn(Arc::clone(policy).decide(entry));
    match tokio::time::timeout(time, &mut deciding).await {
        Ok(Ok(Ok(EntryDecision::Allow))) => Verdict::Yes,
        Ok(Ok(Ok(EntryDecision::Deny { reason }))) if reason.trim().is_empty() => {
            Verdict::No(Reason::NotListed)
        }
        Ok(Ok(Ok(EntryDecision::Deny { reason }))) => Verdict::No(Reason::Said(reason)),
        Ok(Ok(Err(EntryError(untold)))) => untold.into(),
        Ok(Err(error)) => {
            tracing::error!(%error, "a policy of who may enter broke off");
            Verdict::Unknown("the policy broke off".into())
        }
        Err(_late) => {
            deciding.abort();
            tracing::error!(?time, "a policy of who may enter does not answer");
            Verdict::Unknown("the policy does not answer".into())
        }
    }
}
