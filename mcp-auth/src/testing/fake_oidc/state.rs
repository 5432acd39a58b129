//! What a fake issuer remembers.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Map, Value};

use super::{OidcLie, OidcPart};
use crate::random;

/// In seconds.
const CODE_LIFETIME: u64 = 60;
const OFFLINE_ACCESS: &str = "offline_access";

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) people: BTreeMap<String, Person>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) tokens: Vec<Issued>,
    /// Who approves without a page.
    pub(super) approves: Option<String>,
    pub(super) lifetime: Option<Duration>,
    pub(super) lie: Option<OidcLie>,
    /// How the client may say who it is.
    pub(super) methods: Option<Vec<String>>,
    /// The words of `prompt` that it knows.
    pub(super) prompts: Option<Vec<String>>,
    /// Those that the metadata name.
    pub(super) announced_prompts: Option<Vec<String>>,
    /// What the metadata say that ID tokens are signed with.
    pub(super) algorithms: Option<Vec<String>>,
    /// Whether refresh tokens are for those alone who asked for `offline_access` and for consent.
    pub(super) offline_by_consent_only: bool,
    /// Whether names stand in ID tokens, or in `UserInfo` alone.
    pub(super) names_in_user_info_only: bool,
    pub(super) troubles: BTreeMap<OidcPart, Trouble>,
    pub(super) requests: BTreeMap<OidcPart, u64>,
    /// What the API answers.
    pub(super) documents: BTreeMap<String, Value>,
    /// What must not be seen anywhere.
    pub(super) secrets: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) claims: Map<String, Value>,
}

#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) login: String,
    pub(super) subject: String,
    pub(super) claims: Map<String, Value>,
    pub(super) scopes: BTreeSet<String>,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    expires_at: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Issued {
    pub(super) login: String,
    pub(super) scopes: BTreeSet<String>,
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) expires_at: u64,
}

/// How a part misbehaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble {
    pub(super) status: Option<u16>,
    pub(super) delay: Duration,
}

/// What a client asks for.
pub(super) struct Asked {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) scopes: BTreeSet<String>,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    /// What has to be shown.
    pub(super) prompt: Vec<String>,
}

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

    /// A code for a person who approved.
    pub(super) fn code(&mut self, login: &str, asked: &Asked, now: u64) -> Option<String> {
        let person = self.people.get(login)?.clone();
        let claims = if self.names_in_user_info_only { Map::new() } else { person.claims };
        let code = self.secret("code-");
        let mut scopes = asked.scopes.clone();
        if self.offline_by_consent_only && !asked.prompt.iter().any(|word| word == "consent") {
            scopes.remove(OFFLINE_ACCESS);
        }
        let made = Code {
            login: login.to_owned(),
            subject: person.subject,
            claims,
            scopes,
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            nonce: asked.nonce.clone(),
            expires_at: now + CODE_LIFETIME,
        };
        self.codes.insert(code.clone(), made);
        Some(code)
    }

    /// What the code stands for, once.
    pub(super) fn take_code(&mut self, code: &str, now: u64) -> Option<Code> {
        self.codes.remove(code).filter(|code| now < code.expires_at)
    }

    pub(super) fn issue(&mut self, login: &str, scopes: BTreeSet<String>, now: u64) -> Issued {
        let refreshes = !self.offline_by_consent_only || scopes.contains(OFFLINE_ACCESS);
        let lifetime = self.lifetime.unwrap_or(Duration::from_secs(60 * 60));
        let issued = Issued {
            login: login.to_owned(),
            scopes,
            access_token: self.secret("access-"),
            refresh_token: refreshes.then(|| self.secret("refresh-")),
            expires_at: now + lifetime.as_secs(),
        };
        self.tokens.push(issued.clone());
        issued
    }

    /// The token after the one of `refresh_token`, which is good once.
    pub(super) fn refresh(&mut self, refresh_token: &str, now: u64) -> Option<Issued> {
        let old = self.tokens.iter().position(|token| token.refresh_token.as_deref() == Some(refresh_token));
        let old = old.map(|at| self.tokens.remove(at))?;
        Some(self.issue(&old.login, old.scopes, now))
    }

    pub(super) fn whose(&self, access_token: &str, now: u64) -> Option<&Issued> {
        let found = self.tokens.iter().find(|token| token.access_token == access_token)?;
        (now < found.expires_at).then_some(found)
    }
}
