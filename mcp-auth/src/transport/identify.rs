//! Who stands behind a request: the same for the MCP endpoint and for routes behind `auth.layer()`.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::timeout;

use super::Refusal;
use crate::{
    authenticate::{AuthenticateError, Authenticator, Reason, bearer},
    authorize::Caller,
    challenge::Challenge,
    telemetry,
};

/// What challenges say of one resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challenged<'a> {
    /// What to ask for.
    pub(crate) scope: &'a [&'static str],
    pub(crate) resource_metadata: &'a str,
}

/// Who calls. A token that is present and bad is 401 whatever is asked for.
pub(crate) async fn identify(
    headers: &HeaderMap,
    authenticator: &Authenticator,
    time: Duration,
    challenged: &Challenged<'_>,
) -> Result<Caller, Refusal> {
    let malformed = |error| {
        telemetry::verified("malformed");
        challenged.refuse(&error, authenticator)
    };
    let Some(token) = bearer(headers).map_err(malformed)? else {
        return Ok(Caller::Anonymous);
    };
    if let Some(auth) = authenticator.cached(token) {
        telemetry::verified("cached");
        return Ok(Caller::Known(auth));
    }
    match timeout(time, authenticator.authenticate(token)).await {
        Ok(Ok(auth)) => {
            telemetry::verified("verified");
            Ok(Caller::Known(auth))
        }
        Ok(Err(error)) => {
            telemetry::verified(error.outcome());
            if matches!(error, AuthenticateError::Invalid(Reason::NotYetValid)) {
                telemetry::clock_differs();
            }
            Err(challenged.refuse(&error, authenticator))
        }
        Err(_) => {
            telemetry::verified("timeout");
            tracing::error!("verification of a token took too long");
            Err(Refusal::unavailable("the token cannot be verified now", Duration::from_secs(5)))
        }
    }
}

impl Challenged<'_> {
    /// No token came, and one is needed.
    pub(crate) fn unauthorized(&self) -> Refusal {
        let Self { scope, resource_metadata } = *self;
        Refusal::unauthorized(&Challenge { error: None, error_description: None, scope, resource_metadata })
    }

    /// The token was good, and what it stands for is over.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn sign_in_again(&self, why: &str) -> Refusal {
        let Self { scope, resource_metadata } = *self;
        Refusal::unauthorized(&Challenge {
            error: Some("invalid_token"),
            error_description: Some(why),
            scope,
            resource_metadata,
        })
    }

    fn refuse(&self, error: &AuthenticateError, authenticator: &Authenticator) -> Refusal {
        match error {
            AuthenticateError::Malformed(message) => {
                tracing::info!(message, "refused: malformed credentials");
                Refusal::malformed_credentials(message, self.resource_metadata)
            }
            AuthenticateError::Invalid(reason) => {
                tracing::info!(%reason, expected = ?authenticator, "refused: invalid token");
                Refusal::unauthorized(&Challenge {
                    error: Some("invalid_token"),
                    error_description: Some(
                        "the access token is expired, revoked, or not meant for this server",
                    ),
                    scope: self.scope,
                    resource_metadata: self.resource_metadata,
                })
            }
            AuthenticateError::Unavailable { retry_after } => {
                tracing::error!("a token cannot be verified: its issuer is not available");
                Refusal::unavailable("the token cannot be verified now", *retry_after)
            }
        }
    }
}
