//! Yes, no, or nobody can say now.
//!
//! | | any of them | all of them |
//! |---|---|---|
//! | every way says yes | yes | yes |
//! | one yes, the others no | yes | no |
//! | one yes, the others cannot be known now | yes | cannot be known |
//! | one no, the others cannot be known now | cannot be known | no |
//! | every way says no | no | no |

use std::{future::Future, pin::Pin};

use super::{
    custom::{self, Entry},
    rule::Rule,
};
use crate::upstream::{Fact, Outage, Untold};

/// Whether somebody may enter. Only `Yes` lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No(Reason),
    /// Not now: trying again may help.
    Unknown(Outage),
}

/// Why not: it decides what the person can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// No way in fits this account.
    NotListed,
    /// The provider was not allowed to say what a way has to know. Signing in again asks for it.
    NotTold,
    /// A policy of the user's says this to the person.
    Said(String),
    /// The sign-in at the provider has ended: nothing can be asked with it any more.
    Ended,
}

type Judging<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

impl Rule {
    /// In the order in which the ways are written, and no further than needed.
    pub(super) fn judge<'a>(&'a self, entry: &'a Entry) -> Judging<'a> {
        Box::pin(async move {
            match self {
                Self::Everybody => Verdict::Yes,
                Self::Person(subject) => Verdict::of(*subject == entry.subject()),
                Self::Provider(id) => Verdict::of(*id == entry.person().provider),
                Self::EmailDomain { .. } | Self::EmailAddress(_) => {
                    let known = entry.account().email_addresses.as_ref();
                    let fits = known.map(|addresses| addresses.iter().any(|address| self.fits(address)));
                    Verdict::from_fact(fits.map_err(Clone::clone))
                }
                Self::Membership(of) => Verdict::from_fact(entry.account().is_member(of)),
                Self::Policy(policy) => custom::decide(policy, entry.clone()).await,
                Self::Any(rules) => {
                    let mut verdict = Verdict::No(Reason::NotListed);
                    for rule in rules {
                        verdict = verdict.or(rule.judge(entry).await);
                        if verdict == Verdict::Yes {
                            break;
                        }
                    }
                    verdict
                }
                Self::All(rules) => {
                    let mut verdict = Verdict::Yes;
                    for rule in rules {
                        verdict = verdict.and(rule.judge(entry).await);
                        if matches!(verdict, Verdict::No(_)) {
                            break;
                        }
                    }
                    // Nothing is no reason to let anybody in.
                    if rules.is_empty() { Verdict::No(Reason::NotListed) } else { verdict }
                }
            }
        })
    }

    /// Whether a verified address is one of those meant. What stands before the last `@` may hold anything, also another one.
    fn fits(&self, address: &str) -> bool {
        let Some((_, theirs)) = address.rsplit_once('@').filter(|(name, _)| !name.is_empty()) else {
            return false;
        };
        match self {
            Self::EmailDomain { domain, below: false } => theirs.eq_ignore_ascii_case(domain),
            Self::EmailDomain { domain, below: true } => {
                // Bytes: an address can have letters of any length where we would cut.
                let (theirs, domain) = (theirs.as_bytes(), domain.as_bytes());
                let Some(dot) = theirs.len().checked_sub(domain.len() + 1).filter(|dot| *dot > 0) else {
                    return false;
                };
                theirs[dot] == b'.' && theirs[dot + 1..].eq_ignore_ascii_case(domain)
            }
            Self::EmailAddress(meant) => address.eq_ignore_ascii_case(meant),
            _ => false,
        }
    }
}

impl Verdict {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No(Reason::NotListed) }
    }

    fn from_fact(fact: Fact<bool>) -> Self {
        match fact {
            Ok(fits) => Self::of(fits),
            Err(untold) => untold.into(),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::No(one), Self::No(other)) => Self::No(one.or(other)),
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (no @ Self::No(_), _) | (_, no @ Self::No(_)) => no,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

impl From<Untold> for Verdict {
    fn from(untold: Untold) -> Self {
        match untold {
            // Whoever comes from a provider that knows nothing of it is not one of those meant.
            Untold::Unknown => Self::No(Reason::NotListed),
            Untold::NotAllowed => Self::No(Reason::NotTold),
            Untold::Unavailable(outage) => Self::Unknown(outage),
        }
    }
}

impl Reason {
    /// The one that helps the person most.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotListed, other) | (other, Self::NotListed) => other,
            (said @ Self::Said(_), _) | (_, said @ Self::Said(_)) => said,
            (one, _) => one,
        }
    }
}
