//! The token response (RFC 6749 section 5.1).

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::super::{Core, OAuthError, answer, token::AccessToken};
use crate::{
    AuditEvent, AuditKind, Secret, random,
    store::{GrantRecord, Timestamp},
};

/// An access token, signed before anything is written: what cannot be signed uses nothing up.
pub(super) struct Signed {
    token: Secret,
    expires_in: u64,
    scope: String,
}

/// The answer. It is made once and never printed.
#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    /// Always there: older clients take what they asked for otherwise.
    scope: &'a str,
}

/// Signs an access token of `grant` with these of its scopes.
pub(super) fn sign(
    core: &Core,
    grant: &GrantRecord,
    scopes: &[String],
    now: Timestamp,
) -> Result<Signed, OAuthError> {
    let iat = now.as_secs();
    // Not longer than the grant.
    let exp = now.plus(core.lifetimes.access_token).min(grant.expires_at).as_secs();
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "no token can be made");
        OAuthError::unavailable()
    };
    let claims = AccessToken {
        iss: core.issuer.as_str().to_owned(),
        sub: grant.person.subject(),
        aud: grant.resource.clone(),
        client_id: grant.client_id.clone(),
        scope: scopes.join(" "),
        iat,
        exp,
        jti: random::identifier().map_err(|error| broken(&error))?,
        grant: grant.id.clone(),
    };
    let token = core.signer.sign(&claims).map_err(|error| broken(&error))?;
    Ok(Signed { token, expires_in: exp.saturating_sub(iat), scope: claims.scope })
}

impl Signed {
    /// What the audit hears of it.
    pub(super) fn event(&self, kind: AuditKind, grant: &GrantRecord) -> AuditEvent {
        let event = AuditEvent::new(kind).subject(grant.person.subject()).client_id(&grant.client_id);
        event.grant(&grant.id).resource(&grant.resource).scopes(self.scope.split_whitespace())
    }

    pub(super) fn response(&self, refresh_token: &Secret) -> Response {
        self.answer(Some(refresh_token))
    }

    /// For a client that can come again on its own (RFC 6749 section 4.4.3).
    pub(super) fn response_without_refresh(&self) -> Response {
        self.answer(None)
    }

    fn answer(&self, refresh_token: Option<&Secret>) -> Response {
        answer::json(
            StatusCode::OK,
            &TokenResponse {
                access_token: self.token.expose(),
                token_type: "Bearer",
                expires_in: self.expires_in,
                refresh_token: refresh_token.map(Secret::expose),
                scope: &self.scope,
            },
        )
    }
}

/// A random secret; without randomness there is none.
pub(super) fn random_secret() -> Result<Secret, OAuthError> {
    Secret::random().map_err(|error| {
        tracing::error!(%error, "no token can be made");
        OAuthError::unavailable()
    })
}

/// 400 `invalid_grant`: for the client it means that the person has to sign in again. One text for every reason: which of
/// them it was says the log.
pub(super) fn invalid_grant(reason: &'static str, client: &str) -> OAuthError {
    tracing::info!(reason, client, "refused: invalid grant");
    let error = OAuthError::new(
        "invalid_grant",
        "the code or refresh token is not good, or not for this request: sign in again",
    );
    error.about(AuditEvent::new(AuditKind::Refused).client_id(client).reason(reason))
}
