//! What is written by hand today: a middleware that decodes and verifies the token of each request.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use http::{StatusCode, header};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::JwkSet};
use serde::Deserialize;

use super::{ISSUER, RESOURCE, SCOPE};
use crate::Result;

#[derive(Clone, Deserialize)]
struct Claims {
    #[expect(dead_code, reason = "for the tools")]
    sub: String,
    scope: String,
}

struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

pub(super) fn around(router: Router, keys: &str) -> Result<Router> {
    let keys: JwkSet = serde_json::from_str(keys)?;
    let key = DecodingKey::from_jwk(keys.keys.first().ok_or("no key")?)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[RESOURCE]);
    let verifier = Arc::new(Verifier { key, validation });
    Ok(router.layer(middleware::from_fn_with_state(verifier, verify)))
}

async fn verify(
    State(verifier): State<Arc<Verifier>>,
    mut request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let token = decode::<Claims>(token, &verifier.key, &verifier.validation);
    let claims = token.map_err(|_| StatusCode::UNAUTHORIZED)?.claims;
    if !claims.scope.split(' ').any(|scope| scope == SCOPE) {
        return Err(StatusCode::FORBIDDEN);
    }
    request.extensions_mut().insert(claims);
    Ok(next.run(request).await)
}
