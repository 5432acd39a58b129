//! Late step-up: work that has begun finds out that it needs one more scope, or a new sign-in, and says so by its error.
//!
//! A slot travels with the HTTP request. What runs fills it; the gate, which put it there, turns the answer into a 403
//! (or 401) where it has not begun, and otherwise the refusal stays inside the protocol.

use std::sync::{Arc, OnceLock};

use rmcp::{
    ErrorData,
    model::{ErrorCode, Extensions},
};
use serde_json::{Value, json};

use super::{Challenge, Rpc};
use crate::{ScopeInfo, authorize::Catalog};

/// The member of an error's data that names the scope which a handler asks for.
const NEEDED: &str = "mcp-auth/needs_scope";

/// What challenges of one server are made of.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) resource_metadata: String,
    pub(crate) catalog: Arc<Catalog>,
}

/// The slot of one request.
#[derive(Clone, Debug)]
pub(crate) struct StepUp(Arc<Slot>);

#[derive(Debug)]
struct Slot {
    terms: Arc<Terms>,
    /// What the operation needed to begin.
    operation: OnceLock<Vec<&'static str>>,
    /// What it turned out to need; empty while nothing is asked for.
    asked: OnceLock<Vec<&'static str>>,
    /// The caller has to sign in again; the text says why.
    #[cfg(feature = "authorization-server")]
    ended: OnceLock<String>,
    /// The caller has to allow more at a provider; the text says what.
    #[cfg(feature = "authorization-server")]
    more: OnceLock<String>,
}

impl StepUp {
    pub(crate) fn new(terms: &Arc<Terms>) -> Self {
        let (operation, asked) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Slot {
            terms: Arc::clone(terms),
            operation,
            asked,
            #[cfg(feature = "authorization-server")]
            ended: OnceLock::new(),
            #[cfg(feature = "authorization-server")]
            more: OnceLock::new(),
        }))
    }

    /// The slot of a message that came by HTTP.
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<http::request::Parts>()?.extensions.get()
    }

    /// Remembers what the operation needs anyway: a challenge asks for all of it (RFC 6750 section 3.1).
    pub(crate) fn operation(&self, scopes: &[&'static str]) {
        let _ = self.0.operation.set(scopes.to_vec());
    }

    /// Asks for `scope` besides what the operation needs; returns all of it.
    pub(crate) fn ask(&self, scope: &'static str) -> &[&'static str] {
        self.0.asked.get_or_init(|| {
            let mut scopes = self.0.operation.get().cloned().unwrap_or_default();
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
            scopes
        })
    }

    /// Asks once more for what the operation needs: another sign-in is to bring from the provider what this one did not.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn allow_more(&self, why: &str) {
        let _ = self.0.more.set(why.to_owned());
    }

    /// What is to be allowed at a provider.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn more(&self) -> Option<&str> {
        self.0.more.get().map(String::as_str)
    }

    /// What the gate is to ask for.
    pub(crate) fn asked(&self) -> Option<&[&'static str]> {
        self.0.asked.get().map(Vec::as_slice)
    }

    /// Asks for a new sign-in, whatever else was asked for.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn sign_in_again(&self, why: &str) {
        let _ = self.0.ended.set(why.to_owned());
    }

    /// What the operation needs to begin.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn needed(&self) -> &[&'static str] {
        self.0.operation.get().map_or(&[], Vec::as_slice)
    }

    /// Why the caller has to sign in again.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn ended(&self) -> Option<&str> {
        self.0.ended.get().map(String::as_str)
    }

    /// The error of a user's handler as the client gets it: one that asks for a scope asks with a challenge.
    pub(crate) fn refine(&self, error: ErrorData) -> ErrorData {
        // Only scopes of this server: an error may come from elsewhere, and be passed on.
        let needed = needed(&error)
            .and_then(|needed| self.0.terms.catalog.words().iter().find(|word| **word == needed));
        let Some(scope) = needed else { return error };
        let challenge = Challenge {
            error: Some("insufficient_scope"),
            error_description: Some(&error.message),
            scope: self.ask(scope),
            resource_metadata: &self.0.terms.resource_metadata,
        };
        let data = json!({ "mcp/www_authenticate": [challenge.to_string()] });
        ErrorData { data: Some(data), ..error }
    }
}

/// The error of a handler that needs `scope`.
pub(crate) fn needs(scope: ScopeInfo) -> ErrorData {
    let message = format!("this needs the scope {}", scope.name());
    ErrorData::new(ErrorCode(Rpc::Forbidden as i32), message, Some(json!({ NEEDED: scope.name() })))
}

fn needed(error: &ErrorData) -> Option<&str> {
    let forbidden = error.code == ErrorCode(Rpc::Forbidden as i32);
    error.data.as_ref().filter(|_| forbidden)?.get(NEEDED).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: ScopeInfo = ScopeInfo::new("files:read");
    const ADMIN: ScopeInfo = ScopeInfo::new("files:admin");

    fn slot() -> StepUp {
        let catalog = Arc::new(Catalog::new([READ, ADMIN]));
        StepUp::new(&Arc::new(Terms {
            resource_metadata: "https://notes.example/metadata".to_owned(),
            catalog,
        }))
    }

    #[test]
    fn r11_a_late_challenge_asks_for_everything_the_operation_needs() {
        let slot = slot();
        slot.operation(&["files:read"]);
        assert_eq!(slot.asked(), None);
        let error = slot.refine(needs(ADMIN));
        assert_eq!(slot.asked(), Some(["files:read", "files:admin"].as_slice()));
        let challenge = error.data.unwrap()["mcp/www_authenticate"][0].clone();
        assert_eq!(
            challenge,
            "Bearer error=\"insufficient_scope\", error_description=\"this needs the scope files:admin\", \
             scope=\"files:read files:admin\", resource_metadata=\"https://notes.example/metadata\""
        );
    }

    #[test]
    fn errors_that_only_look_like_it_ask_for_nothing() {
        let foreign = needs(ScopeInfo::new("foreign"));
        let mut other_code = needs(ADMIN);
        other_code.code = ErrorCode::INVALID_PARAMS;
        let bare = ErrorData::new(ErrorCode(Rpc::Forbidden as i32), "no", None);
        for error in [foreign, other_code, bare] {
            let slot = slot();
            assert_eq!(slot.refine(error.clone()), error);
            assert_eq!(slot.asked(), None);
        }
    }
}
