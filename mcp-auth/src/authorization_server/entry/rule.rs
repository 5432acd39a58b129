//! The ways in, checked and in the form in which they are compared.

use std::sync::Arc;

use super::{
    custom::AnyPolicy,
    who_may_enter::{Combined, WantedFact, Way, WhoMayEnter},
};
use crate::{Problem, upstream::Wanted};

pub(super) enum Rule {
    Everybody,
    /// In lower case; `below`: and only what is below it.
    EmailDomain {
        domain: String,
        below: bool,
    },
    EmailAddress(String),
    Person(String),
    Provider(String),
    /// `acme` or `acme/core`, in lower case.
    Membership(String),
    Policy(Arc<dyn AnyPolicy>),
    Any(Vec<Rule>),
    All(Vec<Rule>),
}

/// GitHub's own limits.
const MOST_NAME: usize = 100;

impl WhoMayEnter {
    /// Adds what the ways and the user's own policies have to know to `wanted`.
    pub(super) fn rule(&self, wanted: &mut Wanted, problems: &mut Vec<Problem>) -> Rule {
        if self.ways.is_empty() {
            problems.push(Problem::new(
                "WhoMayEnter",
                "it lists no way in, so that nobody could enter",
                "add one, such as `.email_domain(\"example.com\")`, or write `WhoMayEnter::everybody()`",
            ));
        }
        if self.combined == Combined::Any
            && self.ways.len() > 1
            && self.ways.iter().any(|way| matches!(way, Way::Everybody))
        {
            problems.push(Problem::new(
                "WhoMayEnter::everybody",
                "everybody may enter, so that the other ways mean nothing",
                "begin with `WhoMayEnter::any()`, or take the other ways out",
            ));
        }
        for fact in &self.facts {
            match fact {
                WantedFact::EmailAddresses => wanted.email_addresses = true,
                WantedFact::Membership(name) => {
                    let parsed = if name.contains('/') { team(name) } else { organization(name) };
                    let parsed = parsed.map_err(|error| error.of("WhoMayEnter::asks_for_membership"));
                    keep(parsed, problems).map(|name| wanted.memberships.insert(name));
                }
            }
        }
        let rules: Vec<_> = self.ways.iter().filter_map(|way| way.rule(wanted, problems)).collect();
        match self.combined {
            Combined::Any => Rule::Any(rules),
            Combined::All => Rule::All(rules),
        }
    }
}

impl Way {
    /// `None`: it is a problem.
    fn rule(&self, wanted: &mut Wanted, problems: &mut Vec<Problem>) -> Option<Rule> {
        let rule = match self {
            Self::Everybody => Ok(Rule::Everybody),
            Self::EmailDomain(text) => {
                email_domain(text).map_err(|error| error.of("WhoMayEnter::email_domain"))
            }
            Self::EmailAddress(text) => {
                email_address(text).map_err(|error| error.of("WhoMayEnter::email_address"))
            }
            Self::Person(text) => person(text).map_err(|error| error.of("WhoMayEnter::person")),
            Self::Provider(id) => Ok(Rule::Provider(id.trim().to_owned())),
            Self::Organization(text) => organization(text)
                .map(Rule::Membership)
                .map_err(|error| error.of("WhoMayEnter::github_organization")),
            Self::Team(text) => {
                team(text).map(Rule::Membership).map_err(|error| error.of("WhoMayEnter::github_team"))
            }
            Self::Policy(policy) => Ok(Rule::Policy(Arc::clone(policy))),
            Self::Group(policy) => Ok(policy.rule(wanted, problems)),
        };
        let rule = keep(rule, problems)?;
        match &rule {
            Rule::EmailDomain { .. } | Rule::EmailAddress(_) => wanted.email_addresses = true,
            Rule::Membership(name) => drop(wanted.memberships.insert(name.clone())),
            Rule::Everybody
            | Rule::Person(_)
            | Rule::Provider(_)
            | Rule::Policy(_)
            | Rule::Any(_)
            | Rule::All(_) => {}
        }
        Some(rule)
    }
}

fn keep<T>(parsed: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    parsed.map_err(|problem| problems.push(problem)).ok()
}

/// What is wrong with a text, and what to write instead.
struct Wrong(String, String);

impl Wrong {
    fn new(why: impl Into<String>, help: impl Into<String>) -> Self {
        Self(why.into(), help.into())
    }

    fn of(self, setting: &str) -> Problem {
        Problem::new(setting, self.0, self.1)
    }
}

/// ` @Example.COM` is `example.com`; whatever could be meant in two ways is refused.
fn email_domain(text: &str) -> Result<Rule, Wrong> {
    let written = text.trim().trim_start_matches('@').to_ascii_lowercase();
    let (domain, below) = match written.strip_prefix("*.") {
        Some(domain) => (domain, true),
        None => (written.as_str(), false),
    };
    if !domain.is_ascii() {
        let ascii = url::Host::parse(domain).ok().map(|host| host.to_string());
        let help = ascii
            .map_or_else(|| "write it in ASCII (`xn--…`)".to_owned(), |ascii| format!("write `{ascii}`"));
        return Err(Wrong::new(
            format!("`{text}` is not in ASCII, and addresses are compared in ASCII"),
            help,
        ));
    }
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
        return Err(Wrong::new(
            format!("`{text}` is not the domain of e-mail addresses"),
            "write what stands behind the `@`, such as example.com; *.example.com is every domain below it",
        ));
    }
    Ok(Rule::EmailDomain { domain: domain.to_owned(), below })
}

fn email_address(text: &str) -> Result<Rule, Wrong> {
    let address = text.trim().to_ascii_lowercase();
    let odd = |char: char| char.is_whitespace() || char.is_control() || matches!(char, ',' | ';' | '<' | '>');
    let (name, domain) = address.rsplit_once('@').unwrap_or_default();
    if name.is_empty()
        || name == "*"
        || address.contains(odd)
        || email_domain(domain).is_err()
        || domain.contains('*')
    {
        return Err(Wrong::new(
            format!("`{text}` is not one e-mail address"),
            "write one such as alice@example.com; a whole domain is `email_domain`",
        ));
    }
    Ok(Rule::EmailAddress(address))
}

fn person(text: &str) -> Result<Rule, Wrong> {
    let subject = text.trim();
    let (provider, id) = subject.split_once(':').unwrap_or_default();
    if provider.is_empty() || id.is_empty() || subject.contains(char::is_whitespace) {
        return Err(Wrong::new(
            format!("`{text}` is not the subject of a person"),
            "write the provider and its stable id, such as github:583231",
        ));
    }
    if provider == "github" && !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::new(
            format!("`{text}` names a login, and logins change hands"),
            format!("write the number that https://api.github.com/users/{id} says, such as github:583231"),
        ));
    }
    Ok(Rule::Person(subject.to_owned()))
}

fn organization(text: &str) -> Result<String, Wrong> {
    let name = text.trim().to_ascii_lowercase();
    if is_name(&name) && !name.contains(['.', '_']) {
        return Ok(name);
    }
    Err(Wrong::new(
        format!("`{text}` is not the name of an organisation at GitHub"),
        "write the name in its URL: of https://github.com/acme that is acme",
    ))
}

fn team(text: &str) -> Result<String, Wrong> {
    let name = text.trim().to_ascii_lowercase();
    let parts = name.split_once('/');
    match parts {
        Some((of, team)) if organization(of).is_ok_and(|same| same == of) && is_name(team) => Ok(name),
        _ => Err(Wrong::new(
            format!("`{text}` is not the name of a team at GitHub"),
            "write organisation and team as in its URL: of https://github.com/orgs/acme/teams/core that is acme/core",
        )),
    }
}

/// It becomes part of a path.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty()
        && name.len() <= MOST_NAME
        && name.bytes().all(allowed)
        && !name.bytes().all(|byte| byte == b'.')
}
