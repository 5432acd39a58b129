//! Who is trusted to issue tokens, and how their tokens are proven.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    AuthInfo, AuthenticateError, Fake, Issuer, KeyTiming, Reason,
    cache::TokenCache,
    jwks::{Keys, VerificationKey},
    jwt::{Expectations, KeyRequest},
    verifier::{AnyVerifier, Asked},
};
#[cfg(feature = "authorization-server")]
use crate::authorization_server::Core;
use crate::{authorize::Catalog, clock::Clock, config::Problem};

/// One trusted issuer, before it is known for which resource.
#[derive(Clone)]
pub(crate) enum Trust {
    /// It signs; its keys serve every resource.
    Issuer { issuer: Issuer, keys: Arc<Keys> },
    /// It is asked, or somebody knows.
    Verifier(Arc<dyn AnyVerifier>),
    /// We are the issuer ourselves.
    #[cfg(feature = "authorization-server")]
    Own { issuer: Issuer, keys: Arc<Keys>, core: Arc<Core> },
}

impl Trust {
    /// Our own authorization server: its keys are in this process, and it knows which grants have ended.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn own(core: Arc<Core>, clock: Clock) -> Result<Self, Problem> {
        let issuer = Issuer::new(core.issuer.as_str()).with_keys(core.signer.jwks().to_string());
        let keys = issuer.keys(KeyTiming::default(), clock)?;
        core.signer.guard(Arc::clone(&keys));
        Ok(Self::Own { issuer, keys, core })
    }

    /// An issuer whose keys are looked after from now on.
    pub(crate) fn issuer(issuer: Issuer, clock: Clock) -> Result<Self, Vec<Problem>> {
        let mut problems = issuer.expectations("https://resource.example").err().unwrap_or_default();
        match issuer.keys(KeyTiming::default(), clock) {
            Ok(keys) if problems.is_empty() => return Ok(Self::Issuer { issuer, keys }),
            Ok(_) => {}
            Err(problem) => problems.push(problem),
        }
        Err(problems)
    }

    /// A verifier whose settings can work.
    pub(crate) fn verifier(verifier: Arc<dyn AnyVerifier>) -> Result<Self, Vec<Problem>> {
        let problems = verifier.problems();
        if problems.is_empty() { Ok(Self::Verifier(verifier)) } else { Err(problems) }
    }

    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Issuer { issuer, .. } => issuer.url(),
            Self::Verifier(verifier) => verifier.issuer(),
            #[cfg(feature = "authorization-server")]
            Self::Own { issuer, .. } => issuer.url(),
        }
    }

    /// Whether its tokens are made up.
    pub(crate) fn fake(&self) -> Option<Fake> {
        match self {
            Self::Issuer { issuer, .. } => issuer.fake(),
            Self::Verifier(_) => None,
            // With the development sign-in they are; its own check keeps that on this machine.
            #[cfg(feature = "authorization-server")]
            Self::Own { .. } => None,
        }
    }

    /// Whether its tokens could be verified now. What is missing or old is fetched, for whoever asks next.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Issuer { keys, .. } => {
                let known = keys.are_known();
                if keys.generation().is_none() {
                    keys.refresh();
                }
                known
            }
            Self::Verifier(_) => true,
            #[cfg(feature = "authorization-server")]
            Self::Own { .. } => true,
        }
    }

    /// The authorization server in this process.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn core(&self) -> Option<&Arc<Core>> {
        match self {
            Self::Own { core, .. } => Some(core),
            Self::Issuer { .. } | Self::Verifier(_) => None,
        }
    }

    /// The audience of its tokens, where that is not the resource's URL.
    pub(crate) fn audience(&self) -> Option<&str> {
        match self {
            Self::Issuer { issuer, .. } => issuer.audience(),
            Self::Verifier(verifier) => verifier.audience(),
            #[cfg(feature = "authorization-server")]
            Self::Own { issuer, .. } => issuer.audience(),
        }
    }

    /// Its tokens for `resource`. What verifiers answer is remembered for this resource alone (R41).
    pub(super) fn source(
        &self,
        resource: &str,
        catalog: &Arc<Catalog>,
        cache: &Arc<TokenCache>,
        time: Duration,
        clock: &Clock,
    ) -> Result<Source, Vec<Problem>> {
        match self {
            Self::Issuer { issuer, keys } => {
                Ok(Source { expected: issuer.expectations(resource)?, proof: Proof::Keys(Arc::clone(keys)) })
            }
            Self::Verifier(verifier) => {
                let expected = super::verifier::expectations(verifier.as_ref(), resource);
                let asked = Asked::new(
                    Arc::clone(verifier),
                    expected.clone(),
                    Arc::clone(catalog),
                    Arc::clone(cache),
                    time,
                    clock.clone(),
                );
                Ok(Source { expected, proof: Proof::Verifier(Arc::new(asked)) })
            }
            #[cfg(feature = "authorization-server")]
            Self::Own { issuer, keys, core } => Ok(Source {
                expected: issuer.expectations(resource)?,
                proof: Proof::Own(Arc::clone(keys), Arc::clone(core)),
            }),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer { issuer, .. } => issuer.fmt(f),
            Self::Verifier(verifier) => write!(f, "TokenVerifier({})", verifier.issuer()),
            #[cfg(feature = "authorization-server")]
            Self::Own { core, .. } => core.fmt(f),
        }
    }
}

/// One trusted issuer of one resource.
pub(super) struct Source {
    pub(super) expected: Expectations,
    pub(super) proof: Proof,
}

/// What shows that a token is the issuer's.
pub(super) enum Proof {
    Keys(Arc<Keys>),
    Verifier(Arc<Asked>),
    /// Our own keys, and whoever knows which grants have ended.
    #[cfg(feature = "authorization-server")]
    Own(Arc<Keys>, Arc<Core>),
}

impl Proof {
    /// The keys, where there are some.
    pub(super) fn keys(&self) -> Option<&Arc<Keys>> {
        match self {
            Self::Keys(keys) => Some(keys),
            Self::Verifier(_) => None,
            #[cfg(feature = "authorization-server")]
            Self::Own(keys, _) => Some(keys),
        }
    }

    /// The key for a token. One of ours that is not known here may have been made by another process a moment ago.
    pub(super) async fn key(
        &self,
        keys: &Arc<Keys>,
        request: KeyRequest<'_>,
    ) -> Result<(Arc<VerificationKey>, u64), AuthenticateError> {
        match (self, keys.find(request).await) {
            #[cfg(feature = "authorization-server")]
            (Self::Own(_, core), Err(AuthenticateError::Invalid(Reason::UnknownKey))) => {
                if core.learn_unknown_key().await {
                    keys.find(request).await
                } else {
                    Err(AuthenticateError::Unavailable { retry_after: Duration::from_secs(5) })
                }
            }
            (_, found) => found,
        }
    }

    /// What a signature cannot tell: whether the grant behind a token of ours lives. Asked for every request, because it
    /// may end at any time.
    #[cfg_attr(
        not(feature = "authorization-server"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "only tokens of our own end before their time"
        )
    )]
    pub(super) fn is_live(&self, info: &AuthInfo) -> Result<(), Reason> {
        match self {
            Self::Keys(_) | Self::Verifier(_) => Ok(()),
            #[cfg(feature = "authorization-server")]
            Self::Own(_, core) => match info.raw_claims().get("grant").map(serde_json::Value::as_str) {
                Some(Some(grant)) if core.ended.contains(grant) => Err(Reason::Inactive),
                Some(Some(_)) => Ok(()),
                Some(None) => Err(Reason::BadClaim("grant")),
                None => Err(Reason::MissingClaim("grant")),
            },
        }
    }
}
