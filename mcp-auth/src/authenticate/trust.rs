//! Who is trusted to issue tokens, and how their tokens are proven.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    Fake, Issuer, KeyTiming,
    cache::TokenCache,
    jwks::Keys,
    jwt::Expectations,
    verifier::{AnyVerifier, Asked},
};
use crate::{authorize::Catalog, clock::Clock, config::Problem};

/// One trusted issuer, before it is known for which resource.
#[derive(Clone)]
pub(crate) enum Trust {
    /// It signs; its keys serve every resource.
    Issuer { issuer: Issuer, keys: Arc<Keys> },
    /// It is asked, or somebody knows.
    Verifier(Arc<dyn AnyVerifier>),
}

impl Trust {
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
        }
    }

    /// Whether its tokens are made up.
    pub(crate) fn fake(&self) -> Option<Fake> {
        match self {
            Self::Issuer { issuer, .. } => issuer.fake(),
            Self::Verifier(_) => None,
        }
    }

    /// The audience of its tokens, where that is not the resource's URL.
    pub(crate) fn audience(&self) -> Option<&str> {
        match self {
            Self::Issuer { issuer, .. } => issuer.audience(),
            Self::Verifier(verifier) => verifier.audience(),
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
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer { issuer, .. } => issuer.fmt(f),
            Self::Verifier(verifier) => write!(f, "TokenVerifier({})", verifier.issuer()),
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
}
