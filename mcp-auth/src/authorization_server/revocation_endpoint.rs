//! `/revoke` (RFC 7009): a token of the client ends, and with it everything of its grant.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Request, StatusCode};

use super::{Core, OAuthError, answer, client::authenticate, form::Form};
use crate::store::Digest;

/// `token_type_hint` is not needed: refresh tokens and access tokens cannot be mistaken for each other, so a wrong hint
/// changes nothing.
pub(super) async fn handle(core: Arc<Core>, request: Request<Body>) -> Result<Response, OAuthError> {
    let headers = request.headers().clone();
    let form = Form::read(request).await?;
    let client = authenticate(&core, &headers, &form).await?;
    match owner(&core, form.required("token")?).await? {
        Some((grant, owner)) if owner == client.id => {
            tracing::info!(client = client.id, grant, "revoked by the client");
            core.end_grant(&grant, "revoked by the client").await?;
        }
        // Nothing happens to it, and the client is told (RFC 7009 section 2.1).
        Some(_) => {
            tracing::warn!(client = client.id, "refused: the token to be revoked is another client's");
            let error = OAuthError::new("invalid_grant", "the token was issued to another client");
            return Err(error.of_client(&client.id));
        }
        // What is no token of ours is not good any more (section 2.2).
        None => {}
    }
    Ok(answer::json(StatusCode::OK, &serde_json::Map::new()))
}

/// The grant of a token, and the client it was issued to. An access token that is over ends nothing: it may lie in somebody's
/// log.
async fn owner(core: &Core, token: &str) -> Result<Option<(String, String)>, OAuthError> {
    if let Some(token) = core.read_access_token(token).await? {
        let live = token.exp > core.now().as_secs();
        return Ok(live.then_some((token.grant, token.client_id)));
    }
    let found = core.store.refresh_token(&Digest::of(token)).await?;
    Ok(found.map(|(_, grant)| (grant.id, grant.client_id)))
}
