//! `AuthInfo`: who calls.

use std::{fmt, sync::Arc, time::SystemTime};

use serde_json::{Map, Value};

use super::{Principal, lifetime::Lifetime};
use crate::authorize::ScopeSet;

/// Who calls: what a verified access token says.
///
/// It exists only where a token passed every check. The token itself is not in it, so it cannot be logged, stored or
/// sent on by accident. Cloning is cheap.
#[derive(Clone)]
pub struct AuthInfo(Arc<Verified>);

/// The content of an [`AuthInfo`], to make one from.
pub(crate) struct Verified {
    pub(crate) principal: Principal,
    pub(crate) audience: Vec<String>,
    pub(crate) scopes: Vec<String>,
    /// `scopes`, resolved by the catalogue of the server that verified the token.
    pub(crate) scope_set: ScopeSet,
    pub(crate) lifetime: Lifetime,
    pub(crate) claims: Map<String, Value>,
}

impl AuthInfo {
    pub(crate) fn new(verified: Verified) -> Self {
        Self(Arc::new(verified))
    }

    /// The issuer that vouches for the caller: `iss`, one of those configured, character by character.
    pub fn issuer(&self) -> &str {
        self.0.principal.issuer()
    }

    /// The caller's name at the issuer: `sub`. Stable, but not unique across issuers.
    pub fn subject(&self) -> &str {
        self.0.principal.subject()
    }

    /// The application that the caller uses, when the token names it.
    pub fn client_id(&self) -> Option<&str> {
        self.0.principal.client_id()
    }

    /// The scopes in the token, verbatim and in its order; also those that this server does not declare.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(String::as_str)
    }

    /// Whether the token carries exactly this scope. What one scope includes of another is not looked at.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|held| held == scope)
    }

    /// For whom the token was issued: `aud`. This server is among them.
    pub fn audience(&self) -> &[String] {
        &self.0.audience
    }

    /// When the token ends: `exp`, without the leeway that is granted for clocks that differ.
    pub fn expires_at(&self) -> SystemTime {
        self.0.lifetime.end()
    }

    /// All claims of the token.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    pub(crate) fn scope_set(&self) -> ScopeSet {
        self.0.scope_set
    }

    /// Who calls, without what they may: what tasks, handles and state that a caller brings back are bound to.
    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    pub(crate) fn lifetime(&self) -> Lifetime {
        self.0.lifetime
    }
}

/// Who and with what, without the claims: they can hold an e-mail address or worse.
impl fmt::Debug for AuthInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthInfo")
            .field("issuer", &self.issuer())
            .field("subject", &self.subject())
            .field("client_id", &self.client_id())
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
impl AuthInfo {
    /// A caller for the tests of other stages: `subject` at `https://issuer.example` with `scopes`, for an hour of
    /// the machine's clock.
    pub(crate) fn for_tests(subject: &str, scopes: &[&str], catalog: &crate::authorize::Catalog) -> Self {
        let now = crate::clock::Clock::system().unix().as_secs_f64();
        Self::new(Verified {
            principal: Principal::new("https://issuer.example", subject, Some("test-client".to_owned())),
            audience: vec!["https://resource.example/mcp".to_owned()],
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            scope_set: catalog.resolve(scopes.iter().copied()),
            lifetime: Lifetime {
                not_before: None,
                issued_at: None,
                expires_at: now + 3600.0,
                leeway: std::time::Duration::ZERO,
            },
            claims: Map::new(),
        })
    }
}
