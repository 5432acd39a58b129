//! `AuthInfo` as argument of axum's handlers.

use std::fmt;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::request::Parts;

use super::{Admitted, service::wrong_wiring};
use crate::{AuthInfo, ClaimsMismatch, FromClaims, transport::Refusal};

/// A handler wants to know who calls, and nobody can say.
///
/// 500 where no [`AuthLayer`](crate::AuthLayer) lies around the route: that is a mistake of the program, and never 401,
/// which would send the client to a sign-in that cannot help. 401 where the layer lets requests without a token through
/// and the handler does not. 403 without a challenge where the token's claims are not those that the handler asks for.
pub struct AuthRejection(Refusal);

impl From<ClaimsMismatch> for AuthRejection {
    fn from(mismatch: ClaimsMismatch) -> Self {
        Self(Refusal::forbidden(mismatch.to_string()))
    }
}

impl IntoResponse for AuthRejection {
    fn into_response(self) -> Response {
        self.0.into_plain_response().into_response()
    }
}

impl fmt::Debug for AuthRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthRejection").field(&self.0).finish()
    }
}

impl fmt::Display for AuthRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AuthRejection {}

/// Who calls, behind an [`AuthLayer`](crate::AuthLayer).
impl<S: Send + Sync, C: FromClaims> FromRequestParts<S> for AuthInfo<C> {
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, AuthRejection> {
        let admitted = admitted(parts)?;
        let auth = admitted.caller.auth();
        let auth = auth.ok_or_else(|| AuthRejection(admitted.layer.challenged().unauthorized()))?;
        Ok(auth.with_claims()?)
    }
}

/// Who calls, behind an [`AuthLayer`](crate::AuthLayer) that is [optional](crate::AuthLayer::optional).
impl<S: Send + Sync, C: FromClaims> OptionalFromRequestParts<S> for AuthInfo<C> {
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, AuthRejection> {
        Ok(admitted(parts)?.caller.auth().map(AuthInfo::with_claims).transpose()?)
    }
}

fn admitted(parts: &Parts) -> Result<&Admitted, AuthRejection> {
    let admitted = parts.extensions.get::<Admitted>();
    admitted.ok_or_else(|| {
        AuthRejection(wrong_wiring("a handler takes `AuthInfo`, and its route has no `auth.layer()`"))
    })
}
