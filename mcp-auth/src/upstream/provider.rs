//! A provider: it says who somebody is, and gives tokens for what they allow.

use std::{any::Any, fmt, future::Future, pin::Pin, time::Duration};

use crate::{
    Problem, Secret,
    authorization_server::IssuerUrl,
    store::{Person, Timestamp},
};

/// A way to sign in. This crate's own: [`GitHub`](crate::GitHub), [`DevelopmentSignIn`](crate::DevelopmentSignIn).
#[expect(private_bounds, reason = "providers of users will come with a trait of their own")]
pub trait Provider: AnyProvider {}

pub(crate) type ProviderFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What sign-in needs of a provider.
pub(crate) trait AnyProvider: Any + fmt::Debug + Send + Sync {
    /// In paths and subjects: `github`.
    fn id(&self) -> &'static str;

    /// On pages: `GitHub`.
    fn name(&self) -> &'static str;

    /// What these scopes ask of the person there, in words: for the consent page.
    fn asks(&self, scopes: &[String]) -> Vec<String>;

    /// The scopes at the provider that every sign-in asks for; what tools need comes on top.
    fn scopes(&self) -> &[String];

    /// Whether somebody who holds `held` there may do what `scope` allows: as `repo` includes `public_repo`.
    fn includes(&self, held: &str, scope: &str) -> bool {
        held == scope
    }

    /// Whether it asks for no proof: fit for this machine and for nothing else.
    fn is_development(&self) -> bool {
        false
    }

    /// Whether people are told apart by somebody on this machine: fit for those who sit at it.
    fn is_on_this_machine(&self) -> bool {
        self.is_development()
    }

    /// What keeps it from working at this issuer.
    fn problems(&self, issuer: &IssuerUrl) -> Vec<Problem>;

    /// Where the person is sent.
    fn departure(&self, leg: &Leg) -> Departure;

    /// The person is back: who are they, and what token did they bring?
    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        leg: &'a Leg,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>>;

    /// A new access token for a token that has ended, or is about to.
    fn refresh<'a>(
        &'a self,
        tokens: &'a Tokens,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<Tokens, SignInError>>;
}

/// One way to the provider and back.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    /// Our callback at this provider, absolute.
    pub(crate) redirect_uri: String,
    /// Random, single use.
    pub(crate) state: Secret,
    /// Our own PKCE towards the provider (RFC 7636).
    pub(crate) code_verifier: Secret,
    /// What is asked for there: sorted, each once, those of every sign-in among them.
    pub(crate) scopes: Vec<String>,
}

/// Where the person is sent.
#[derive(Debug, Clone)]
pub(crate) enum Departure {
    /// To the provider's page.
    Redirect(String),
    /// To our own page on which a name is picked.
    PickName,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) enum Callback {
    /// A code (or, for the development sign-in, the name).
    Code(Secret),
    /// The provider's `error`.
    Error(String),
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) person: Person,
    /// `None`: the provider gives none (the development sign-in).
    pub(crate) tokens: Option<Tokens>,
}

/// What a provider gave for a person. It cannot be printed.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// What was granted, where the provider says so.
    pub(crate) scopes: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Why nobody is signed in, or a token is not renewed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// The person said no there.
    #[error("the person refused")]
    Denied,
    /// The provider refuses for good: the code or the refresh token is worth nothing.
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// The provider cannot answer now.
    #[error("the provider cannot answer: {0}")]
    Unavailable(Outage),
    /// We are not set up rightly: a wrong client secret, a wrong callback.
    #[error("the provider refuses us: {0}")]
    Misconfigured(String),
}

/// Why a provider does not answer now, and when to ask again if it says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Outage {
    pub(crate) why: String,
    pub(crate) retry_after: Option<Duration>,
}

impl From<String> for Outage {
    fn from(why: String) -> Self {
        Self { why, retry_after: None }
    }
}

impl From<&str> for Outage {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}
