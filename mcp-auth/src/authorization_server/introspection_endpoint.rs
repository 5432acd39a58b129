//! `/introspect` (RFC 7662): what a token of ours says, for clients that the operator wrote down.
//!
//! A server behind one of the resources is told about access tokens for it, and a client about its own tokens. Everybody else,
//! and about everything else, is told that the token is not active, and nothing more.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Request, StatusCode};
use serde::Serialize;

use super::{
    Client, Core, OAuthError, answer,
    client::{KnownClient, authenticate},
    form::Form,
};
use crate::store::{Digest, GrantRecord};

/// RFC 7662 section 2.2.
#[derive(Serialize)]
struct Said {
    active: bool,
    scope: String,
    client_id: String,
    sub: String,
    aud: String,
    iss: String,
    exp: u64,
    iat: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// Of an access token alone: by this a resource server tells it from a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
}

/// Whether somebody can ask: otherwise there is no such endpoint.
pub(super) fn is_needed(core: &Core) -> bool {
    core.clients.all().any(KnownClient::is_confidential)
}

/// `token_type_hint` is not needed: the kinds of tokens cannot be mistaken for each other (section 2.1).
pub(super) async fn handle(core: Arc<Core>, request: Request<Body>) -> Result<Response, OAuthError> {
    let headers = request.headers().clone();
    let form = Form::read(request).await?;
    let caller = authenticate(&core, &headers, &form).await?;
    if !caller.known.as_ref().is_some_and(|known| known.is_confidential()) {
        tracing::info!(client = caller.id, "refused: the client may not ask about tokens");
        return Err(OAuthError::invalid_client("only clients that the server's operator knows may ask"));
    }
    let token = form.required("token")?;
    let found = match access_token(&core, &caller, token).await? {
        Some(active) => Some(active),
        None => refresh_token(&core, &caller, token).await?,
    };
    Ok(match found {
        Some(active) => answer::json(StatusCode::OK, &active),
        None => answer::json(StatusCode::OK, &serde_json::json!({ "active": false })),
    })
}

async fn access_token(core: &Core, caller: &Client, token: &str) -> Result<Option<Said>, OAuthError> {
    let Some(token) = core.read_access_token(token).await? else { return Ok(None) };
    if !(token.client_id == caller.id || introspects(caller, &token.aud)) {
        return Ok(None);
    }
    // The gate lets other processes' ends through for a while; whoever asks is told what the store knows now.
    let grant = core.store.grant(&token.grant).await?;
    let lives = grant.is_some_and(|grant| lives(core, &grant)) && !core.ended.contains(&token.grant);
    if !lives || token.exp <= core.now().as_secs() {
        return Ok(None);
    }
    Ok(Some(Said {
        active: true,
        scope: token.scope,
        client_id: token.client_id,
        sub: token.sub,
        aud: token.aud,
        iss: token.iss,
        exp: token.exp,
        iat: token.iat,
        jti: Some(token.jti),
        token_type: Some("Bearer"),
    }))
}

/// For its client alone. A resource server, whatever else it is, is never told that a refresh token is good: one that looks
/// at `active` only would take it for an access token.
async fn refresh_token(core: &Core, caller: &Client, token: &str) -> Result<Option<Said>, OAuthError> {
    if !caller.known.as_ref().is_some_and(|known| known.introspects().is_empty()) {
        return Ok(None);
    }
    let found = core.store.live_refresh_token(&Digest::of(token), core.now()).await?;
    let Some((token, grant)) = found.filter(|(_, grant)| grant.client_id == caller.id) else {
        return Ok(None);
    };
    Ok(Some(Said {
        active: true,
        scope: grant.scopes.join(" "),
        sub: grant.person.subject(),
        client_id: grant.client_id,
        aud: grant.resource,
        iss: core.issuer.as_str().to_owned(),
        exp: token.expires_at.as_secs(),
        iat: token.issued_at.as_secs(),
        jti: None,
        token_type: None,
    }))
}

fn introspects(caller: &Client, resource: &str) -> bool {
    caller.known.as_ref().is_some_and(|known| known.introspects().iter().any(|one| one == resource))
}

fn lives(core: &Core, grant: &GrantRecord) -> bool {
    grant.ended_at.is_none() && core.now() < grant.expires_at
}
