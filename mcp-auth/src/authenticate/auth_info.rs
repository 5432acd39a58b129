//! `AuthInfo`: who calls.

use std::{fmt, sync::Arc, time::SystemTime};

use serde_json::{Map, Value};

use super::{Claims, ClaimsMismatch, FromClaims, Principal, lifetime::Lifetime};
use crate::authorize::{Catalog, ScopeSet};

/// Who calls: what a verified access token says.
///
/// It exists only where a token passed every check. The token itself is not in it, so it cannot be logged, stored or
/// sent on by accident. Cloning is cheap.
///
/// With a type of your own it brings the claims that your issuer adds. They are deserialized once per token and type.
/// A token whose claims do not fit is refused before the tool runs: the client reads that the token does not carry
/// what the tool needs, the log says which type and why.
///
/// ```
/// use mcp_auth::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Employee {
///     department: String,
///     #[serde(default)]
///     groups: Vec<String>,
/// }
///
/// struct Reports;
///
/// #[server(resource = "https://reports.example.com/mcp")]
/// impl Reports {
///     /// Your department's report.
///     #[tool(authenticated)]
///     async fn report(&self, user: AuthInfo<Employee>) -> String {
///         format!("{} of {}", user.subject(), user.claims().department)
///     }
/// }
/// ```
pub struct AuthInfo<C = Claims> {
    token: Arc<Claims>,
    claims: Arc<C>,
}

impl AuthInfo {
    pub(crate) fn new(claims: Claims) -> Self {
        let token = Arc::new(claims);
        Self { claims: Arc::clone(&token), token }
    }
}

impl<C> AuthInfo<C> {
    /// The issuer that vouches for the caller: `iss`, one of those configured, character by character.
    pub fn issuer(&self) -> &str {
        self.token.issuer()
    }

    /// The caller's name at the issuer: `sub`. Stable, but not unique across issuers.
    pub fn subject(&self) -> &str {
        self.token.subject()
    }

    /// The application that the caller uses, when the token names it.
    pub fn client_id(&self) -> Option<&str> {
        self.token.client_id()
    }

    /// The scopes in the token, verbatim and in its order; also those that this server does not declare.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.token.scopes()
    }

    /// Whether the token carries exactly this scope. What one scope includes of another is not looked at.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|held| held == scope)
    }

    /// For whom the token was issued: `aud`. This server is among them.
    pub fn audience(&self) -> &[String] {
        self.token.audience()
    }

    /// When the token ends: `exp`, without the leeway that is granted for clocks that differ.
    pub fn expires_at(&self) -> SystemTime {
        self.token.expires_at()
    }

    /// Who calls, without what they may: what tasks, handles and state that a caller brings back are bound to.
    pub fn principal(&self) -> &Principal {
        self.token.principal()
    }

    /// The claims of the token, as `C`.
    pub fn claims(&self) -> &C {
        &self.claims
    }

    /// All claims as the issuer wrote them, whatever `C` is.
    pub fn raw_claims(&self) -> &Map<String, Value> {
        self.token.raw()
    }

    /// The same caller with the claims as `D`. A tool takes `AuthInfo<D>` as its argument instead.
    ///
    /// # Errors
    ///
    /// The token is good, but its claims do not fit `D`.
    pub fn with_claims<D: FromClaims>(&self) -> Result<AuthInfo<D>, ClaimsMismatch> {
        let claims = D::from_claims(&self.token).inspect_err(|mismatch| mismatch.log(self.subject()))?;
        Ok(AuthInfo { token: Arc::clone(&self.token), claims })
    }

    pub(crate) fn scope_set(&self) -> ScopeSet {
        self.token.scope_set
    }

    /// What scopes mean on the server that verified the token.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.token.catalog
    }

    pub(crate) fn lifetime(&self) -> Lifetime {
        self.token.lifetime
    }
}

impl<C> Clone for AuthInfo<C> {
    fn clone(&self) -> Self {
        Self { token: Arc::clone(&self.token), claims: Arc::clone(&self.claims) }
    }
}

/// Who and with what, without the claims: they can hold an e-mail address or worse.
impl<C> fmt::Debug for AuthInfo<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.token.describe(f, "AuthInfo")
    }
}

#[cfg(test)]
impl AuthInfo {
    /// A caller for the tests of other stages: `subject` at `https://issuer.example` with `scopes`, for an hour of
    /// the machine's clock.
    pub(crate) fn for_tests(subject: &str, scopes: &[&str], catalog: &crate::authorize::Catalog) -> Self {
        let now = crate::clock::Clock::system().unix().as_secs_f64();
        let lifetime = Lifetime {
            not_before: None,
            issued_at: None,
            expires_at: now + 3600.0,
            leeway: std::time::Duration::ZERO,
        };
        Self::new(Claims::new(
            Principal::new("https://issuer.example", subject, Some("test-client".to_owned())),
            vec!["https://resource.example/mcp".to_owned()],
            scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            lifetime,
            Map::new(),
            &Arc::new(catalog.clone()),
        ))
    }
}
