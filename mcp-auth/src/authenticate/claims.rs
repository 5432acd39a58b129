//! `Claims`: what a verified token says.

use std::{fmt, sync::Arc, time::SystemTime};

use serde_json::{Map, Value};

use super::{Principal, lifetime::Lifetime, typed_claims::TypedClaims};
use crate::authorize::{Catalog, ScopeSet};

/// What a verified access token says: the claims that every token has, by name, and all others as JSON.
///
/// For claims of your own take [`AuthInfo<C>`](crate::AuthInfo) with a type of yours.
pub struct Claims {
    principal: Principal,
    audience: Vec<String>,
    scopes: Vec<String>,
    /// `scopes`, resolved by `catalog`.
    pub(super) scope_set: ScopeSet,
    /// What scopes mean on the server that verified the token.
    pub(super) catalog: Arc<Catalog>,
    pub(super) lifetime: Lifetime,
    pub(super) all: Map<String, Value>,
    pub(super) typed: TypedClaims,
}

impl Claims {
    /// `catalog` is that of the server that verified the token.
    pub(super) fn new(
        principal: Principal,
        audience: Vec<String>,
        scopes: Vec<String>,
        lifetime: Lifetime,
        all: Map<String, Value>,
        catalog: &Arc<Catalog>,
    ) -> Self {
        let scope_set = catalog.resolve(scopes.iter().map(String::as_str));
        let catalog = Arc::clone(catalog);
        Self { principal, audience, scopes, scope_set, catalog, lifetime, all, typed: TypedClaims::default() }
    }

    /// The issuer that vouches for the caller: `iss`, one of those configured, character by character.
    pub fn issuer(&self) -> &str {
        self.principal.issuer()
    }

    /// The caller's name at the issuer: `sub`. Stable, but not unique across issuers.
    pub fn subject(&self) -> &str {
        self.principal.subject()
    }

    /// The application that the caller uses, when the token names it.
    pub fn client_id(&self) -> Option<&str> {
        self.principal.client_id()
    }

    /// The scopes in the token, verbatim and in its order; also those that this server does not declare.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// For whom the token was issued: `aud`. This server is among them.
    pub fn audience(&self) -> &[String] {
        &self.audience
    }

    /// When the token ends: `exp`, without the leeway that is granted for clocks that differ.
    pub fn expires_at(&self) -> SystemTime {
        self.lifetime.end()
    }

    /// Who calls, without what they may: what tasks, handles and state that a caller brings back are bound to.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The claim `name` as the issuer wrote it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    /// All claims as the issuer wrote them.
    pub fn raw(&self) -> &Map<String, Value> {
        &self.all
    }
}

/// Who and with what, without the other claims: they can hold an e-mail address or worse.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f, "Claims")
    }
}

impl Claims {
    /// What debug output may show, as fields of a struct called `name`.
    pub(super) fn describe(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        f.debug_struct(name)
            .field("issuer", &self.issuer())
            .field("subject", &self.subject())
            .field("client_id", &self.client_id())
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
