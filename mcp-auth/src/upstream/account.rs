//! What a provider says about somebody's account, where a policy asks for it.

use std::collections::{BTreeMap, BTreeSet};

use super::Outage;

/// What a policy asks of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The e-mail addresses that the provider has verified.
    pub(crate) email_addresses: bool,
    /// Whether they are a member of these: `acme` is an organisation, `acme/core` a team of it. In lower case.
    pub(crate) memberships: BTreeSet<String>,
}

impl Wanted {
    pub(crate) fn is_nothing(&self) -> bool {
        !self.email_addresses && self.memberships.is_empty()
    }
}

/// What a provider is able to say about accounts, whoever they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Knows {
    pub(crate) email_addresses: bool,
    pub(crate) memberships: bool,
}

/// What the provider said. Each fact stands for itself: one that is missing takes nothing from the others.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Those that the provider has verified, and no others.
    pub(crate) email_addresses: Fact<Vec<String>>,
    /// Of each that was asked for, whether they are an active member. What is not here was not asked.
    pub(crate) memberships: BTreeMap<String, Fact<bool>>,
}

/// Something that is known about an account; or why it is not.
pub(crate) type Fact<T> = Result<T, Untold>;

/// Why something is not known. None of these ever lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Untold {
    /// This provider cannot tell.
    #[error("the provider does not know")]
    Unknown,
    /// The person did not allow us to ask, or their token is from a time when we did not ask for it: signing in again helps.
    #[error("the person did not allow the provider to tell")]
    NotAllowed,
    /// Not now.
    #[error("the provider cannot answer: {0}")]
    Unavailable(Outage),
}

impl Account {
    /// Of a provider that cannot tell anything.
    pub(crate) fn unknown() -> Self {
        Self { email_addresses: Err(Untold::Unknown), memberships: BTreeMap::new() }
    }

    pub(crate) fn is_member(&self, of: &str) -> Fact<bool> {
        self.memberships.get(of).cloned().unwrap_or(Err(Untold::Unknown))
    }
}
