//! `LocalIdentity`: who calls where nobody can send a token.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use super::{AuthInfo, Claims, Principal, lifetime::Lifetime};
use crate::{
    ConfigError, Problem,
    authorize::Catalog,
    config::{self, LOCAL_SCOPES, LOCAL_SUBJECT},
};

/// The `iss` of a local identity. No URL, so that no issuer can have it.
const ISSUER: &str = "local";
/// The `client_id` of a local identity.
const CLIENT: &str = "stdio";
/// Claims that follow from the rest.
const OWN: [&str; 5] = ["iss", "sub", "aud", "client_id", "scope"];

/// Who calls a server on stdin and stdout: declared by whoever starts the process, for its whole life.
///
/// The tools see an [`AuthInfo`] with this subject, the issuer `local` and the client `stdio`. It never expires.
///
/// ```
/// use mcp_auth::LocalIdentity;
///
/// let identity = LocalIdentity::new("alice").scopes(["notes:read", "notes:write"]).claim("department", "sales");
/// # let _ = identity;
/// ```
#[derive(Clone)]
#[must_use = "an identity does nothing before `serve_stdio`"]
pub struct LocalIdentity {
    subject: String,
    scopes: Vec<String>,
    claims: Map<String, Value>,
    environment: bool,
}

impl LocalIdentity {
    /// The person with this subject, without any scope.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), scopes: Vec::new(), claims: Map::new(), environment: false }
    }

    /// With these scopes as well. Each must be one that the server declares.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// With a claim, for tools that take [`AuthInfo<C>`](AuthInfo).
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// The identity that the environment declares; `None` where it declares none.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `MCP_AUTH_LOCAL_SUBJECT` | the subject |
    /// | `MCP_AUTH_LOCAL_SCOPES` | its scopes, with spaces between them |
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem at once: scopes without a subject, a value that is no text, a variable of an
    /// unknown name beginning with `MCP_AUTH_`.
    pub fn from_env() -> Result<Option<Self>, ConfigError> {
        config::local_identity(config::process())
    }

    /// Problems are named by the variables.
    pub(crate) fn named_by_variables(self) -> Self {
        Self { environment: true, ..self }
    }

    /// What cannot work, of the scopes that a server declares.
    pub(crate) fn problems(&self, catalog: &Catalog) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.subject.is_empty() {
            let setting = self.setting(LOCAL_SUBJECT, "LocalIdentity::new");
            problems.push(Problem::new(
                setting,
                "the subject is empty",
                "name the person whose process this is",
            ));
        }
        let declared = catalog.words();
        for scope in self.scopes.iter().filter(|scope| !declared.contains(&scope.as_str())) {
            let help = match declared {
                [] => "the server declares no scopes".to_owned(),
                _ => format!("the server declares: {}", declared.join(" ")),
            };
            problems.push(Problem::new(
                self.setting(LOCAL_SCOPES, "LocalIdentity::scopes"),
                format!("`{scope}` is no scope of this server"),
                help,
            ));
        }
        for claim in OWN.iter().filter(|claim| self.claims.contains_key(**claim)) {
            let help = "leave it out; subject and scopes have their own methods";
            problems.push(Problem::new(
                "LocalIdentity::claim",
                format!("`{claim}` follows from the rest"),
                help,
            ));
        }
        problems
    }

    /// The setting that declared the scopes.
    pub(crate) fn scopes_setting(&self) -> &'static str {
        self.setting(LOCAL_SCOPES, "LocalIdentity::scopes")
    }

    fn setting(&self, variable: &'static str, method: &'static str) -> &'static str {
        if self.environment { variable } else { method }
    }

    /// The caller of every message. `audience` is what the server calls itself.
    pub(crate) fn into_auth_info(self, audience: &str, catalog: &Arc<Catalog>) -> AuthInfo {
        let Self { subject, scopes, claims: mut all, environment: _ } = self;
        let own = [ISSUER, &subject, audience, CLIENT, &scopes.join(" ")];
        all.extend(OWN.into_iter().zip(own).map(|(name, value)| (name.to_owned(), value.into())));
        let principal = Principal::new(ISSUER, subject, Some(CLIENT.to_owned()));
        let audience = vec![audience.to_owned()];
        AuthInfo::new(Claims::new(principal, audience, scopes, Lifetime::ENDLESS, all, catalog))
    }
}

/// Who and with what, without the claims.
impl fmt::Debug for LocalIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalIdentity")
            .field("subject", &self.subject)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
