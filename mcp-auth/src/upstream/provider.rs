//! A provider: it says who somebody is, and gives tokens for what they allow.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Account, Knows, Wanted};
use crate::{
    Problem, Secret,
    authorization_server::IssuerUrl,
    clock::Clock,
    store::{Person, Timestamp},
    upstream::service::Service,
};

#[doc = include_str!("../../docs/sign-in.md")]
#[expect(private_bounds, reason = "what a way to sign in has to do is written with `Provider`")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no way to sign in",
    label = "people cannot sign in with it",
    note = "use `GitHub`, `Google`, `Oidc` or `DevelopmentSignIn`, or implement `Provider`"
)]
pub trait SignIn: IntoProvider {}

impl<T: IntoProvider> SignIn for T {}

/// What sign-in keeps of it.
pub(crate) trait IntoProvider {
    fn into_provider(self) -> Arc<dyn AnyProvider>;
}

pub(crate) type ProviderFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What sign-in needs of a provider.
pub(crate) trait AnyProvider: fmt::Debug + Send + Sync {
    /// In paths and subjects: `github`.
    fn id(&self) -> &str;

    /// On pages: `GitHub`.
    fn name(&self) -> &str;

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

    /// The clock of the authorization server, once, before anybody signs in.
    fn start(&self, _clock: &Clock) {}

    /// Whether a name is picked on a page of ours, and nobody is sent anywhere.
    fn picks_name(&self) -> bool {
        false
    }

    /// Its API, where tools can use its tokens.
    fn service(&self) -> Option<&dyn Service> {
        None
    }

    /// Where the person is sent.
    fn departure<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>>;

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

    /// The token is not needed any more. False: the provider cannot be told, or has ended it before.
    fn revoke<'a>(
        &'a self,
        _tokens: &'a Tokens,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<bool, SignInError>> {
        Box::pin(std::future::ready(Ok(false)))
    }

    /// What it can say about accounts, for those who decide who may enter. Default: nothing.
    fn knows(&self) -> Knows {
        Knows::default()
    }

    /// The same provider, which asks people for what it takes to say this about them; `None` where it asks for enough.
    fn telling(&self, wanted: &Wanted) -> Option<Arc<dyn AnyProvider>> {
        let _ = wanted;
        None
    }

    /// What it says about the account of this person, whose tokens these are. [`SignInError::Refused`] where the access token is
    /// not good any more, or where it says something about somebody else. Default: this provider cannot tell.
    fn account<'a>(
        &'a self,
        person: &'a Person,
        tokens: &'a Tokens,
        wanted: &'a Wanted,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<Account, SignInError>> {
        let _ = (person, tokens, wanted, now);
        Box::pin(std::future::ready(Ok(Account::unknown())))
    }

    /// Where the person is sent who wants to be somebody else than last time. Default: as always.
    fn departure_of_another<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        self.departure(leg)
    }
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
    /// Random: what an ID token must repeat (OpenID Connect Core section 3.1.2.1).
    pub(crate) nonce: Secret,
    /// What is asked for there: sorted, each once, those of every sign-in among them.
    pub(crate) scopes: Vec<String>,
}

impl Leg {
    /// `S256` (RFC 7636 section 4.2).
    pub(crate) fn code_challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.code_verifier.expose().as_bytes()))
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Callback {
    pub(crate) answer: Answer,
    /// Who says to answer: `iss` (RFC 9207).
    pub(crate) issuer: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
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
