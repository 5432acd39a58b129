//! The authorization code (RFC 6749 section 4.1.2).

use axum::body::Body;
use http::Response;

use super::super::{
    Endpoints, OAuthError,
    authorization_endpoint::{Checked, Refused},
};
use crate::{
    AuditEvent, AuditKind, Secret,
    crash::crash_point,
    store::{CodeRecord, ConsentRecord, Digest, Person, StoreError},
};

/// Keeps what the person agreed to, and sends the client a code for exactly this: client, redirect URI, challenge,
/// resource, scopes and person.
pub(super) async fn give(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    scopes: Vec<String>,
    person: Person,
    upstream: Option<String>,
) -> Result<Response<Body>, Refused> {
    let code = Secret::random();
    let code = code.map_err(|_| Refused::client(&checked.back, OAuthError::unavailable()))?;
    let kept = keep(endpoints, checked, &code, scopes, person, upstream).await;
    let event = kept.map_err(|error| Refused::client(&checked.back, error.into()))?;
    endpoints.core.audit(event);
    crash_point!("code.kept");
    Ok(checked.back.code(&code))
}

async fn keep(
    endpoints: &Endpoints,
    checked: &Checked<'_>,
    code: &Secret,
    scopes: Vec<String>,
    person: Person,
    upstream: Option<String>,
) -> Result<AuditEvent, StoreError> {
    let core = &*endpoints.core;
    let (now, client) = (core.now(), &checked.client);
    let resource = checked.server.resource.as_str();
    tracing::info!(client = client.id, ?person, resource, ?scopes, "a person allowed a client");
    let event = AuditEvent::new(AuditKind::ConsentGiven).subject(person.subject()).client_id(&client.id);
    let event = event.resource(resource).scopes(&scopes);
    let consent = ConsentRecord {
        person: person.clone(),
        client_id: client.id.clone(),
        client: client.proof(),
        resource: resource.to_owned(),
        scopes: scopes.clone(),
        given_at: now,
    };
    core.store.remember_consent(consent).await?;
    let record = CodeRecord {
        code: Digest::of(code.expose()),
        client_id: client.id.clone(),
        client: client.kept_with_code()?,
        redirect_uri: checked.back.redirect_uri().to_owned(),
        code_challenge: checked.code_challenge.clone(),
        resource: resource.to_owned(),
        scopes,
        person,
        upstream,
        expires_at: now.plus(core.lifetimes.authorization_code),
        redeemed: None,
    };
    core.store.insert_code(record).await?;
    Ok(event)
}
