//! What is wrong with the clients that were written down: everything at once, each by client and member.

use std::collections::HashSet;

use super::{PreregisteredClient, Proof};
use crate::{
    Problem, ScopeInfo,
    authorization_server::{IssuerUrl, client::keys, redirect_uri, registration_endpoint::cleaned_name},
    http,
};

/// Of a secret, in characters: the hexadecimal form of 128 bits (RFC 6749 section 10.10).
const SHORTEST: usize = 32;
/// A secret of fewer different characters was typed, not generated.
const FEWEST: usize = 8;
const LONGEST_ID: usize = 255;
const RANDOM: &str = "give the output of `openssl rand -hex 32`";

/// The problems of all of them.
pub(crate) fn problems(clients: &[PreregisteredClient], issuer: Option<&IssuerUrl>) -> Vec<Problem> {
    let mut ids = HashSet::new();
    let mut problems = Vec::new();
    for client in clients {
        problems.extend(client.problems(issuer));
        if !ids.insert(client.id.as_str()) {
            let message = "another client has the same id";
            problems.push(client.problem("client_id", message, "give each client an id of its own"));
        }
    }
    problems
}

impl PreregisteredClient {
    /// A problem of one member, as the operator finds it.
    fn problem(&self, member: &str, message: impl std::fmt::Display, help: &str) -> Problem {
        let (setting, file) = match &self.source {
            Some((setting, file)) => (*setting, file.as_ref()),
            None => ("AuthorizationServer::client", None),
        };
        let file = file.map(|file| format!("{file}: ")).unwrap_or_default();
        let id: String = self.id.chars().filter(|char| !char.is_control()).take(LONGEST_ID).collect();
        Problem::new(setting, format!("{file}client `{id}`: {member}: {message}"), help)
    }

    fn problems(&self, issuer: Option<&IssuerUrl>) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.of_id());
        problems.extend(self.of_name());
        problems.extend(self.of_proof(issuer));
        problems.extend(self.of_redirect_uris());
        problems.extend(self.of_purpose());
        problems.extend(self.of_scopes());
        problems
    }

    /// RFC 6749 appendix A.1. What begins with `https://` is the URL of a client's own document (S73).
    fn of_id(&self) -> Option<Problem> {
        let printable = self.id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if self.id.is_empty() || self.id.len() > LONGEST_ID || !printable {
            let message = "it is empty, longer than 255 characters, or not printable ASCII";
            return Some(self.problem("client_id", message, "write a short name, such as `notes-app`"));
        }
        let url = self.id.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        url.then(|| {
            let message = "it begins with https://, which is for clients that publish a document there";
            self.problem("client_id", message, "write a short name, such as `notes-app`")
        })
    }

    fn of_name(&self) -> Option<Problem> {
        let same = self.name.as_ref().is_none_or(|name| cleaned_name(name).as_ref() == Some(name));
        (!same).then(|| {
            let message = "it is not a line of visible text of at most 100 characters";
            self.problem("client_name", message, "write what people know the client by")
        })
    }

    fn of_proof(&self, issuer: Option<&IssuerUrl>) -> Option<Problem> {
        match &self.proof {
            Proof::None => None,
            Proof::Basic(secret) | Proof::Post(secret) => {
                let text = secret.expose();
                let different: HashSet<char> = text.chars().collect();
                let message = if text.chars().count() < SHORTEST || different.len() < FEWEST {
                    "it is too short, or has too few different characters: it can be guessed"
                } else if text.chars().any(char::is_control) {
                    "it has control characters"
                } else {
                    return None;
                };
                Some(self.problem("client_secret", message, RANDOM))
            }
            Proof::Keys(jwks) => {
                let message = keys::check(jwks).err()?;
                let help = "give public keys: P-256, Ed25519, or RSA from 2048 bits for RS256 or PS256";
                Some(self.problem("jwks", message, help))
            }
            Proof::KeysAt(url) => {
                let message = http::check(url, keys::reach_of_operator(url, issuer)).err()?;
                Some(self.problem("jwks_uri", message, "write an https URL"))
            }
        }
    }

    fn of_redirect_uris(&self) -> Vec<Problem> {
        self.redirect_uris
            .iter()
            .filter_map(|uri| Some((uri, redirect_uri::check(uri).err()?)))
            .map(|(uri, why)| {
                let help = "write it exactly as the client sends it: https, http on this machine, or an app's scheme";
                self.problem("redirect_uris", format!("`{}`: {why}", crate::config::shown(uri)), help)
            })
            .collect()
    }

    /// What it may do has to be something, and a public client has no proof for more than asking people.
    fn of_purpose(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let proof = "give it a secret or keys";
        if self.machine && !self.is_confidential() {
            let message = "client_credentials is for clients that prove who they are";
            problems.push(self.problem("grant_types", message, proof));
        }
        if self.machine && self.scopes.is_none() {
            let message = "a machine has exactly the scopes that are written down, and none are";
            problems.push(self.problem("scope", message, "say which scopes it may have"));
        }
        if !self.introspects.is_empty() && !self.is_confidential() {
            let message = "only clients that prove who they are may ask about tokens";
            problems.push(self.problem("introspects", message, proof));
        }
        if self.redirect_uris.is_empty() && !self.machine && self.introspects.is_empty() {
            let message = "there is none, so that nobody can use the client";
            let help = "write where people are sent back to; for a machine, allow client_credentials";
            problems.push(self.problem("redirect_uris", message, help));
        }
        problems
    }

    fn of_scopes(&self) -> Vec<Problem> {
        let scopes = self.scopes.iter().flatten().filter(|scope| !ScopeInfo::is_name(scope));
        let problem = |scope: &String| {
            self.problem(
                "scope",
                format!("{scope:?} cannot be a scope"),
                "write scopes that a server declares",
            )
        };
        scopes.map(problem).collect()
    }

    /// What does not fit the servers for which tokens are made.
    pub(crate) fn foreign(&self, resources: &[String], scopes: &[&str]) -> Vec<Problem> {
        let unknown = self.scopes.iter().flatten().filter(|scope| !scopes.contains(&scope.as_str()));
        let unknown = unknown.map(|scope| {
            let help = format!("the servers declare: {}", scopes.join(" "));
            self.problem("scope", format!("no server here has the scope `{scope}`"), &help)
        });
        let elsewhere = self.introspects.iter().filter(|asked| !resources.contains(asked));
        let elsewhere = elsewhere.map(|asked| {
            let help = format!("the resources are: {}", resources.join(" "));
            self.problem("introspects", format!("there are no tokens for `{asked}` here"), &help)
        });
        unknown.chain(elsewhere).collect()
    }
}
