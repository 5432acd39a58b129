//! Tests of the whole stage, named after the requirement or the mistake they are about.
//!
//! Tokens are signed by jsonwebtoken, so that the verifier is not measured by our own signer only.

mod audience_and_issuer;
mod bearer;
mod bench;
mod cache;
mod claims;
mod debug;
mod development;
mod discovery;
mod garbage;
mod header;
mod hostile_issuer;
mod introspection;
mod issuer;
mod key_choice;
mod key_fetching;
mod kinds;
pub(crate) mod log;
mod properties;
mod secrecy;
mod several_issuers;
pub(crate) mod signer;
mod stub;
mod times;
mod verifier;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{AuthInfo, AuthenticateError, Authenticator, Issuer, Reason, VerificationLimits};
use crate::{authorize::Catalog, clock::Clock};
use signer::Signer;

const ISSUER: &str = "https://issuer.example";
const RESOURCE: &str = "https://notes.example/mcp";
const NOW: u64 = 1_800_000_000;

fn catalog() -> Arc<Catalog> {
    Arc::new(Catalog::new(["notes:read", "notes:write"].map(crate::ScopeInfo::new)))
}

/// An authenticator for `issuer` at [`NOW`].
fn authenticator(issuer: &Issuer) -> Authenticator {
    let limits = VerificationLimits::default();
    Authenticator::new(issuer, RESOURCE, catalog(), limits, Clock::fixed(NOW))
        .expect("the issuer is configured well")
}

/// The strict issuer that has the keys of all [`Signer`]s.
fn issuer() -> Issuer {
    Issuer::new(ISSUER).with_keys(Signer::all_keys().to_string())
}

fn good_claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": RESOURCE,
        "sub": "alice",
        "client_id": "editor",
        "exp": NOW + 600,
        "iat": NOW - 10,
        "scope": "notes:read foreign",
    })
}

/// Good claims with one changed.
fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = good_claims();
    claims[name] = value.into();
    claims
}

/// Good claims with one taken out.
fn without(name: &str) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// What the strict issuer's verifier says of ES256-signed `claims`.
async fn judge(claims: &Value) -> Result<AuthInfo, AuthenticateError> {
    judge_text(&claims.to_string()).await
}

/// The same for claims that no JSON library would write.
async fn judge_text(claims: &str) -> Result<AuthInfo, AuthenticateError> {
    let signer = Signer::es256();
    authenticator(&issuer()).authenticate(&signer.sign_text(&signer.header().to_string(), claims)).await
}

/// Asserts that a token is refused as the fault of the token, for this reason.
#[track_caller]
fn assert_refused(result: &Result<AuthInfo, AuthenticateError>, reason: Reason, what: &str) {
    assert_eq!(result.as_ref().err(), Some(&AuthenticateError::Invalid(reason)), "{what}");
}
