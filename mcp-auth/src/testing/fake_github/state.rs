//! What a fake GitHub keeps.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use serde_json::Value;

use super::GitHubPart;
use crate::random;

/// How long a code is good.
const CODE_LIFETIME: u64 = 10 * 60;
/// How many tokens one person has for one app and one set of scopes.
const TOKENS: usize = 10;

#[derive(Default)]
pub(super) struct State {
    pub(super) people: BTreeMap<String, Person>,
    pub(super) approves: Option<String>,
    pub(super) allowed: Option<BTreeSet<String>>,
    pub(super) callback: Option<String>,
    pub(super) lifetime: Option<Duration>,
    pub(super) troubles: BTreeMap<GitHubPart, Trouble>,
    pub(super) requests: BTreeMap<GitHubPart, u64>,
    pub(super) documents: BTreeMap<String, (u16, Value)>,
    pub(super) calls: Vec<(String, String, String)>,
    pub(super) secrets: Vec<String>,
    codes: HashMap<String, Code>,
    /// The oldest first.
    tokens: Vec<Issued>,
}

pub(super) struct Person {
    pub(super) id: u64,
    /// With whether it is verified.
    pub(super) email_addresses: Vec<(String, bool)>,
    /// `acme` or `acme/core` -> whether it is accepted.
    pub(super) memberships: BTreeMap<String, bool>,
}

impl Person {
    pub(super) fn new(login: &str, id: u64) -> Self {
        let address = format!("{login}@example.com");
        Self { id, email_addresses: vec![(address, true)], memberships: BTreeMap::new() }
    }

    pub(super) fn organizations(&self) -> impl Iterator<Item = &str> {
        let active = self.memberships.iter().filter(|(name, active)| **active && !name.contains('/'));
        active.map(|(name, _)| name.as_str())
    }
}

/// How a part misbehaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble {
    pub(super) status: Option<u16>,
    pub(super) delay: Duration,
    pub(super) limited: Option<Duration>,
}

/// What a code stands for.
pub(super) struct Code {
    pub(super) login: String,
    pub(super) scopes: BTreeSet<String>,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    expires_at: u64,
}

#[derive(Clone)]
pub(in crate::testing) struct Issued {
    pub(in crate::testing) login: String,
    pub(in crate::testing) scopes: BTreeSet<String>,
    pub(in crate::testing) access_token: String,
    pub(in crate::testing) refresh_token: Option<String>,
    pub(in crate::testing) expires_at: Option<u64>,
}

/// A text that nobody guesses.
pub(super) fn random(prefix: &str) -> String {
    let random = random::identifier().unwrap_or_else(|error| panic!("{error}"));
    format!("{prefix}{random}")
}

impl State {
    fn secret(&mut self, prefix: &str) -> String {
        let secret = random(prefix);
        self.secrets.push(secret.clone());
        secret
    }

    pub(super) fn rename(&mut self, login: &str, new: &str) {
        let Some(person) = self.people.remove(login) else { return };
        self.people.insert(new.to_owned(), person);
        let codes = self.codes.values_mut().map(|code| &mut code.login);
        for theirs in codes.chain(self.tokens.iter_mut().map(|token| &mut token.login)) {
            if theirs == login {
                new.clone_into(theirs);
            }
        }
    }

    /// A code for a person who approved. They may have taken scopes away.
    pub(super) fn code(
        &mut self,
        login: &str,
        mut scopes: BTreeSet<String>,
        redirect_uri: &str,
        challenge: Option<String>,
        now: u64,
    ) -> String {
        if let Some(allowed) = &self.allowed {
            scopes.retain(|scope| allowed.contains(scope));
        }
        let code = self.secret("code-");
        let expires_at = now + CODE_LIFETIME;
        let (login, redirect_uri) = (login.to_owned(), redirect_uri.to_owned());
        self.codes.insert(code.clone(), Code { login, scopes, redirect_uri, challenge, expires_at });
        code
    }

    /// What the code stands for, once.
    pub(super) fn take_code(&mut self, code: &str, now: u64) -> Option<Code> {
        self.codes.remove(code).filter(|code| now < code.expires_at)
    }

    /// A new token. The one that is too many for the person ends.
    pub(super) fn issue(&mut self, login: &str, scopes: BTreeSet<String>, now: u64) -> Issued {
        let lifetime = self.lifetime.map(|lifetime| lifetime.as_secs());
        let access_token = self.secret(if lifetime.is_some() { "ghu_" } else { "gho_" });
        let refresh_token = lifetime.map(|_| self.secret("ghr_"));
        let (login, expires_at) = (login.to_owned(), lifetime.map(|lifetime| now + lifetime));
        let token = Issued { login, scopes, access_token, refresh_token, expires_at };
        let alike = |other: &&Issued| other.login == token.login && other.scopes == token.scopes;
        if self.tokens.iter().filter(alike).count() >= TOKENS {
            let oldest = self.tokens.iter().position(|other| alike(&other));
            oldest.map(|oldest| self.tokens.remove(oldest));
        }
        self.tokens.push(token.clone());
        token
    }

    /// The token after the one of `refresh_token`, which is good once and takes its access token with it.
    pub(super) fn refresh(&mut self, refresh_token: &str, now: u64) -> Option<Issued> {
        let of = |token: &Issued| token.refresh_token.as_deref() == Some(refresh_token);
        let old = self.tokens.iter().position(of).map(|at| self.tokens.remove(at))?;
        Some(self.issue(&old.login, old.scopes, now))
    }

    pub(super) fn token(&self, access_token: &str, now: u64) -> Option<&Issued> {
        let found = self.tokens.iter().find(|token| token.access_token == access_token)?;
        found.expires_at.is_none_or(|end| now < end).then_some(found)
    }

    /// The app ends one token.
    pub(super) fn end(&mut self, access_token: &str) -> bool {
        let before = self.tokens.len();
        self.tokens.retain(|token| token.access_token != access_token);
        self.tokens.len() < before
    }

    /// How many tokens somebody has.
    pub(super) fn tokens_of(&self, login: &str) -> usize {
        self.tokens.iter().filter(|token| token.login == login).count()
    }

    pub(super) fn expire(&mut self, login: &str, now: u64) {
        for token in self.tokens.iter_mut().filter(|token| token.login == login) {
            token.expires_at = Some(now);
        }
    }

    pub(super) fn revoke(&mut self, login: &str) {
        self.tokens.retain(|token| token.login != login);
        self.codes.retain(|_, code| code.login != login);
    }
}
