//! What is wrong with the settings: everything at once.

use std::{collections::HashSet, time::Duration};

use super::AuthorizationServer;
use crate::{
    Lifetimes, Problem, RegistrationLimits,
    authorization_server::{IssuerUrl, MACHINE, client::preregistered},
};

/// Less cannot be told in tokens, which count in seconds.
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// Of a sealing key, in bytes.
const SHORTEST: usize = 32;

impl AuthorizationServer {
    /// The problems of everything but the URL itself. `issuer`: where that can be one.
    pub(super) fn problems(&self, issuer: Option<&IssuerUrl>) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.of_providers(issuer));
        if self.store.is_none() {
            problems.push(Problem::new(
                "AuthorizationServer::store",
                "there is no store, and a restart would forget everybody",
                "add `.store(SqliteStore::open(\"mcp-auth.db\")?)`",
            ));
        }
        problems.extend(self.of_sealing_keys());
        problems.extend(of_lifetimes(&self.lifetimes));
        problems.extend(of_registration(&self.registration));
        problems.extend(preregistered::problems(&self.clients, issuer));
        problems
    }

    fn of_providers(&self, issuer: Option<&IssuerUrl>) -> Vec<Problem> {
        let setting = "AuthorizationServer::sign_in";
        let mut problems = Vec::new();
        if self.providers.is_empty() {
            problems.push(Problem::new(
                setting,
                "nobody can sign in",
                "add `.sign_in(GitHub::new(…))`, or `.sign_in(DevelopmentSignIn::new())` on this machine",
            ));
        }
        let mut ids = HashSet::new();
        for provider in &self.providers {
            if !ids.insert(provider.id()) {
                problems.push(Problem::new(
                    setting,
                    format!(
                        "there are two providers `{}`: their callbacks and their people are the same",
                        provider.id()
                    ),
                    "keep one of them",
                ));
            }
            // `client:…` are the subjects of machines: nobody who signs in may be one of them.
            if provider.id() == MACHINE {
                let message = format!("a provider cannot be called `{MACHINE}`: clients have these subjects");
                problems.push(Problem::new(setting, message, "give it another id"));
            }
            problems.extend(issuer.map(|issuer| provider.problems(issuer)).unwrap_or_default());
        }
        problems
    }

    fn of_sealing_keys(&self) -> Vec<Problem> {
        let setting = "AuthorizationServer::sealing_key";
        let mut problems = Vec::new();
        let mut ids = HashSet::new();
        for (id, secret) in &self.sealing_keys {
            if id.is_empty() || id.len() > 255 || id.chars().any(char::is_control) {
                problems.push(Problem::new(
                    setting,
                    "a key has an id that is empty, longer than 255 bytes, or not printable",
                    "call it after its year, such as `2026`",
                ));
            } else if !ids.insert(id) {
                problems.push(Problem::new(
                    setting,
                    format!("two keys have the id `{id}`"),
                    "give each key an id of its own, and never use one again",
                ));
            }
            if secret.expose().len() < SHORTEST {
                problems.push(Problem::new(
                    setting,
                    format!("the key `{id}` is too short"),
                    "give at least 32 random bytes, such as the output of `openssl rand -hex 32`",
                ));
            }
        }
        let development = self.providers.iter().all(|provider| provider.is_development());
        if self.sealing_keys.is_empty() && !development {
            problems.push(Problem::new(
                setting,
                "there is no sealing key, and the store would hold people's tokens readable",
                "run `openssl rand -hex 32` once, keep its output where the other secrets are (never beside the \
                 store), and give it as `.sealing_key(\"2026\", …)`",
            ));
        }
        problems
    }
}

fn of_lifetimes(lifetimes: &Lifetimes) -> Vec<Problem> {
    let Lifetimes {
        sign_in,
        authorization_code,
        access_token,
        refresh_token,
        refresh_grace,
        grant,
        session,
        signing_key,
        entry,
    } = lifetimes;
    let mut problems = Vec::new();
    for (name, value, least, most) in [
        ("sign_in", sign_in, SECOND, 10 * MINUTE),
        ("authorization_code", authorization_code, SECOND, 10 * MINUTE),
        ("access_token", access_token, SECOND, 60 * MINUTE),
        ("refresh_token", refresh_token, SECOND, TEN_YEARS),
        ("refresh_grace", refresh_grace, Duration::ZERO, 2 * MINUTE),
        ("grant", grant, SECOND, TEN_YEARS),
        ("session", session, SECOND, TEN_YEARS),
        ("entry", entry, Duration::ZERO, 60 * MINUTE),
    ] {
        problems.extend(outside(&format!("Lifetimes::{name}"), *value, least, most));
    }
    let signing_key = signing_key.and_then(|value| outside("Lifetimes::signing_key", value, DAY, TEN_YEARS));
    problems.extend(signing_key);
    problems
}

fn of_registration(limits: &RegistrationLimits) -> Vec<Problem> {
    let RegistrationLimits { clients, per_minute, per_address, unused, used } = limits;
    let mut problems = Vec::new();
    for (name, zero) in
        [("clients", *clients == 0), ("per_minute", *per_minute == 0), ("per_address", *per_address == 0)]
    {
        if zero {
            problems.push(Problem::new(
                format!("RegistrationLimits::{name}"),
                "it is zero: no client could register itself",
                "leave it at its default",
            ));
        }
    }
    for (name, value) in [("unused", unused), ("used", used)] {
        problems.extend(outside(&format!("RegistrationLimits::{name}"), *value, MINUTE, TEN_YEARS));
    }
    problems
}

fn outside(setting: &str, value: Duration, least: Duration, most: Duration) -> Option<Problem> {
    let problem = || {
        let message = format!("{value:?} is not between {least:?} and {most:?}");
        Problem::new(setting, message, "leave it at its default, or choose one between these")
    };
    (!(least..=most).contains(&value)).then(problem)
}
