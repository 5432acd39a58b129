//! What keeps a policy from working: told at start.

use std::{collections::BTreeSet, sync::Arc};

use super::{admit::Door, rule::Rule, who_may_enter::WhoMayEnter};
use crate::{
    Problem,
    upstream::{AnyProvider, Wanted},
};

type Providers<'a> = &'a [Arc<dyn AnyProvider>];

impl Door {
    /// The policy, if it can ever let anybody in.
    pub(crate) fn build(policies: &[WhoMayEnter], providers: Providers<'_>) -> Result<Self, Vec<Problem>> {
        let policy = match policies {
            [] => return Ok(Self::open()),
            [policy] => policy,
            _ => {
                return Err(vec![Problem::new(
                    "AuthorizationServer::who_may_enter",
                    "there are two policies, and it is not said how they go together",
                    "give one: `WhoMayEnter::any().group(…).group(…)`, or `WhoMayEnter::all()…`",
                )]);
            }
        };
        let (mut wanted, mut problems) = (Wanted::default(), Vec::new());
        let rule = policy.rule(&mut wanted, &mut problems);
        if problems.is_empty() && !providers.is_empty() {
            rule.unanswerable(providers, &mut problems);
            if problems.is_empty() && rule.is_of_two(providers) {
                problems.push(Problem::new(
                    "AuthorizationServer::who_may_enter",
                    "a membership could be one at any of two providers, where others own the same names",
                    "say which: `WhoMayEnter::all().provider(\"github\").github_organization(\"acme\")`",
                ));
            }
            for (missing, what) in [
                (wanted.email_addresses && !emails(providers), "asks_for_email_addresses"),
                (!wanted.memberships.is_empty() && !memberships(providers), "asks_for_membership"),
            ] {
                if missing && problems.is_empty() {
                    problems.push(unanswerable(
                        &format!("WhoMayEnter::{what}"),
                        "knows what the policy asks for",
                    ));
                }
            }
        }
        if problems.is_empty() && !providers.is_empty() && !rule.can_be_fulfilled(providers) {
            problems.push(Problem::new(
                "AuthorizationServer::who_may_enter",
                "nobody could ever enter: no one person can fulfil all that is demanded",
                "list ways that each let in by themselves under `WhoMayEnter::any()`",
            ));
        }
        if problems.is_empty() { Ok(Self::guarded(rule, wanted)) } else { Err(problems) }
    }
}

fn emails(providers: Providers<'_>) -> bool {
    providers.iter().any(|provider| provider.knows().email_addresses)
}

fn memberships(providers: Providers<'_>) -> bool {
    providers.iter().any(|provider| provider.knows().memberships)
}

fn unanswerable(setting: &str, what: &str) -> Problem {
    Problem::new(
        setting,
        format!("no provider that people can sign in with {what}"),
        "add one to `AuthorizationServer::sign_in`, such as `GitHub::new(…)`, or take this out",
    )
}

impl Rule {
    /// Each way that no provider can say anything about.
    fn unanswerable(&self, providers: Providers<'_>, problems: &mut Vec<Problem>) {
        match self {
            Self::EmailDomain { .. } | Self::EmailAddress(_) if !emails(providers) => {
                let domain = matches!(self, Self::EmailDomain { .. });
                let setting = if domain { "WhoMayEnter::email_domain" } else { "WhoMayEnter::email_address" };
                problems.push(unanswerable(setting, "knows e-mail addresses"));
            }
            Self::Membership(name) if !memberships(providers) => {
                let team = name.contains('/');
                let setting =
                    if team { "WhoMayEnter::github_team" } else { "WhoMayEnter::github_organization" };
                problems.push(unanswerable(setting, "knows memberships"));
            }
            Self::Person(subject) if !providers.iter().any(|provider| is_of(subject, &**provider)) => {
                problems.push(unanswerable("WhoMayEnter::person", &format!("has people like `{subject}`")));
            }
            Self::Provider(id) if !providers.iter().any(|provider| provider.id() == id) => {
                problems.push(unanswerable("WhoMayEnter::provider", &format!("has the id `{id}`")));
            }
            Self::Any(rules) | Self::All(rules) => {
                for rule in rules {
                    rule.unanswerable(providers, problems);
                }
            }
            _ => {}
        }
    }

    /// Whether more than one provider could vouch for a membership that it names.
    fn is_of_two(&self, providers: Providers<'_>) -> bool {
        match self {
            Self::Membership(_) => {
                providers.iter().filter(|provider| provider.knows().memberships).count() > 1
            }
            Self::Any(rules) => rules.iter().any(|rule| rule.is_of_two(providers)),
            Self::All(rules) => {
                let said = rules.iter().any(|rule| matches!(rule, Self::Provider(_)));
                !said && rules.iter().any(|rule| rule.is_of_two(providers))
            }
            _ => false,
        }
    }

    /// Whether somebody of one of the providers could fulfil it.
    fn can_be_fulfilled(&self, providers: Providers<'_>) -> bool {
        providers.iter().any(|provider| match self.people(&**provider) {
            People::Some(subjects) => !subjects.is_empty(),
            People::Any => true,
        })
    }

    /// Whom of this provider it could let in, as far as it names them.
    fn people(&self, provider: &dyn AnyProvider) -> People {
        let known = provider.knows();
        match self {
            Self::Everybody | Self::Policy(_) => People::Any,
            Self::EmailDomain { .. } | Self::EmailAddress(_) => People::if_any(known.email_addresses),
            Self::Membership(_) => People::if_any(known.memberships),
            Self::Person(subject) if is_of(subject, provider) => People::Some([subject.clone()].into()),
            Self::Person(_) => People::if_any(false),
            Self::Provider(id) => People::if_any(id == provider.id()),
            Self::Any(rules) => {
                rules.iter().fold(People::if_any(false), |people, rule| people.or(rule.people(provider)))
            }
            Self::All(rules) => {
                rules.iter().fold(People::Any, |people, rule| people.and(rule.people(provider)))
            }
        }
    }
}

fn is_of(subject: &str, provider: &dyn AnyProvider) -> bool {
    subject.split_once(':').is_some_and(|(id, _)| id == provider.id())
}

/// Whom a rule could let in.
enum People {
    Any,
    Some(BTreeSet<String>),
}

impl People {
    fn if_any(any: bool) -> Self {
        if any { Self::Any } else { Self::Some(BTreeSet::new()) }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Some(one), Self::Some(other)) => Self::Some(one.into_iter().chain(other).collect()),
            _ => Self::Any,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, people) | (people, Self::Any) => people,
            (Self::Some(one), Self::Some(other)) => Self::Some(one.intersection(&other).cloned().collect()),
        }
    }
}
