//! `WhoMayEnter`: the ways in, as they are written.

use std::{fmt, sync::Arc};

use super::custom::{AnyPolicy, EntryPolicy};

#[doc = include_str!("../../../docs/who-may-enter.md")]
#[derive(Clone)]
#[must_use = "a policy does nothing before it is given to `AuthorizationServer::who_may_enter`"]
pub struct WhoMayEnter {
    pub(super) combined: Combined,
    pub(super) ways: Vec<Way>,
    pub(super) facts: Vec<WantedFact>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Combined {
    Any,
    All,
}

/// One way in, as it was written.
#[derive(Clone)]
pub(super) enum Way {
    Everybody,
    EmailDomain(String),
    EmailAddress(String),
    Person(String),
    Provider(String),
    Organization(String),
    Team(String),
    Policy(Arc<dyn AnyPolicy>),
    Group(WhoMayEnter),
}

/// What a policy of the user's wants to be told.
#[derive(Clone, Debug)]
pub(super) enum WantedFact {
    EmailAddresses,
    Membership(String),
}

impl WhoMayEnter {
    /// Each of the ways that follow lets in by itself.
    pub fn any() -> Self {
        Self { combined: Combined::Any, ways: Vec::new(), facts: Vec::new() }
    }

    /// Only all of the ways that follow together let in.
    pub fn all() -> Self {
        Self { combined: Combined::All, ..Self::any() }
    }

    /// Whoever has an account at a provider, which is what holds without a policy: this says that it is meant.
    pub fn everybody() -> Self {
        Self::any().with(Way::Everybody)
    }

    /// Whoever has a verified e-mail address of this domain, exactly: `example.com` is not `mail.example.com`. A star opens
    /// to what is below: `*.example.com` is `mail.example.com` and not `example.com`. The domain is the part behind the
    /// last `@`; upper and lower case are the same. Write domains of other scripts in ASCII (`xn--…`): what merely looks
    /// alike is another domain.
    pub fn email_domain(self, domain: impl Into<String>) -> Self {
        self.with(Way::EmailDomain(domain.into()))
    }

    /// Whoever has verified this e-mail address. Addresses change hands; [`person`](Self::person) does not.
    pub fn email_address(self, address: impl Into<String>) -> Self {
        self.with(Way::EmailAddress(address.into()))
    }

    /// This person, by the subject of their tokens: `github:583231`. It stays the same whatever they call themselves;
    /// `https://api.github.com/users/LOGIN` says the number.
    pub fn person(self, subject: impl Into<String>) -> Self {
        self.with(Way::Person(subject.into()))
    }

    /// Whoever signs in with this provider, by its id: `github`. Within an [`all`](Self::all) it says whose word counts:
    ///
    /// ```
    /// use mcp_auth::WhoMayEnter;
    ///
    /// let ours = WhoMayEnter::all().provider("google").email_domain("example.com");
    /// let policy = WhoMayEnter::any().group(ours).person("github:583231");
    /// # let _ = policy;
    /// ```
    pub fn provider(self, id: impl Into<String>) -> Self {
        self.with(Way::Provider(id.into()))
    }

    /// Whoever is an active member of this organisation at GitHub, by the name in its URL. People are asked for the scope
    /// `read:org`. An organisation that restricts apps has to approve yours. A provider of another kind that names groups,
    /// such as an issuer with a claim of them, is believed about a group of this name, too: where people can sign in with
    /// two that know memberships, say with [`provider`](Self::provider) which is meant.
    ///
    /// # Deployment caveat
    ///
    /// GitHub's names can change hands: who renames an organisation has to change this too.
    pub fn github_organization(self, name: impl Into<String>) -> Self {
        self.with(Way::Organization(name.into()))
    }

    /// Whoever is an active member of this team at GitHub, or of one below it: `acme/core`, as in its URL
    /// (`/orgs/acme/teams/core`).
    pub fn github_team(self, name: impl Into<String>) -> Self {
        self.with(Way::Team(name.into()))
    }

    /// A policy of your own: a type, or an async closure.
    pub fn policy(self, policy: impl EntryPolicy) -> Self {
        self.with(Way::Policy(Arc::new(policy)))
    }

    /// A policy within this one, such as an [`all`](Self::all) that is one of several ways.
    pub fn group(self, policy: Self) -> Self {
        self.with(Way::Group(policy))
    }

    /// Has the provider asked for the e-mail addresses, for policies of your own that look at
    /// [`Entry::email_addresses`](crate::Entry::email_addresses).
    pub fn asks_for_email_addresses(self) -> Self {
        self.wanting(WantedFact::EmailAddresses)
    }

    /// Has GitHub asked for the membership in an organisation (`acme`) or a team (`acme/core`), for policies of your own
    /// that look at [`Entry::is_member_of`](crate::Entry::is_member_of).
    pub fn asks_for_membership(self, name: impl Into<String>) -> Self {
        self.wanting(WantedFact::Membership(name.into()))
    }

    fn with(mut self, way: Way) -> Self {
        self.ways.push(way);
        self
    }

    fn wanting(mut self, fact: WantedFact) -> Self {
        self.facts.push(fact);
        self
    }
}

/// Addresses are people's, and are not printed.
impl fmt::Debug for WhoMayEnter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhoMayEnter")
            .field("combined", &self.combined)
            .field("ways", &self.ways.len())
            .finish_non_exhaustive()
    }
}
