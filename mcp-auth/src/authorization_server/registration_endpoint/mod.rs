//! `/register`: clients register themselves (RFC 7591).
//!
//! Some register anew for every connection: who brings the same again gets the same client. A flood of new ones is slowed
//! down, for everybody together, and before that for the address it comes from; known ones are never slowed down.

mod limit;
mod metadata;
mod name;

pub(crate) use limit::Registrations;
pub(super) use metadata::checked as checked_metadata;
#[cfg(test)]
pub(crate) use metadata::checked;
pub(crate) use name::cleaned as cleaned_name;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Request, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    ClientMetadata, Core, OAuthError, answer,
    form::{media_type, read},
    source::Source,
};
use crate::{
    crash::crash_point,
    random,
    store::{ClientRecord, Digest, Registration, StoreError},
    telemetry,
};

/// What was registered (RFC 7591 section 3.2.1). A public client has no secret, so there is none to say the end of.
#[derive(Serialize)]
struct Registered<'a> {
    client_id: &'a str,
    client_id_issued_at: u64,
    #[serde(flatten)]
    metadata: &'a ClientMetadata,
}

pub(super) async fn handle(core: Arc<Core>, request: Request<Body>) -> Result<Response, OAuthError> {
    let answer = judged(core, request).await;
    telemetry::registration_answered(answer.as_ref().err().map(|error| error.code));
    answer
}

async fn judged(core: Arc<Core>, request: Request<Body>) -> Result<Response, OAuthError> {
    if media_type(request.headers()) != Some("application/json") {
        let message = "the request has to be JSON: Content-Type: application/json";
        return Err(OAuthError::new("invalid_client_metadata", message));
    }
    let source = core.source(request.extensions(), request.headers());
    let body = read(request).await?;
    let asked: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|_| OAuthError::new("invalid_client_metadata", "the request is not a JSON object"))?;
    let metadata = metadata::checked(&asked)?;
    let client = register(&core, &metadata, source).await?;
    crash_point!("register.kept");
    let registered = Registered {
        client_id: &client.id,
        client_id_issued_at: client.registered_at.as_secs(),
        // As this request wrote it: what differs from a known client's is the port on its machine, which does not count.
        metadata: &metadata,
    };
    Ok(answer::json(StatusCode::CREATED, &registered))
}

async fn register(
    core: &Arc<Core>,
    metadata: &ClientMetadata,
    source: Option<Source>,
) -> Result<ClientRecord, OAuthError> {
    let fingerprint = metadata::fingerprint(metadata);
    let record = record(core, metadata, fingerprint)?;
    let enter = || core.registrations.enter(fingerprint, source, &core.registration, &core.clock);
    let mut place = enter();
    if !place.as_ref().is_ok_and(|place| place.is_new()) {
        // They are known here, or there is no place for new ones: then the store says whether they are known there. Who
        // was pushed out of it is new.
        if let Registration::Known(known) = write(core, &record, 0).await? {
            core.registrations.know(fingerprint);
            return Ok(known);
        }
        core.registrations.forget(&fingerprint);
        place = place.and_then(|_known| enter());
    }
    let place = place?;
    match write(core, &record, core.registration.clients).await? {
        Registration::New => {
            core.registrations.know(fingerprint);
            Ok(record)
        }
        Registration::Known(known) => {
            core.registrations.know(fingerprint);
            core.registrations.leave(place);
            Ok(known)
        }
        Registration::Full => {
            tracing::error!("as many clients are registered as may be, and all of them are used");
            Err(limit::too_many(60 * 60))
        }
    }
}

/// The one write, which a caller who goes away does not tear. `most`: 0 finds a known client and keeps no new one.
async fn write(core: &Arc<Core>, record: &ClientRecord, most: usize) -> Result<Registration, OAuthError> {
    let (tasks, core, record) = (&core.tasks, Arc::clone(core), record.clone());
    let registering = tasks.spawn(async move { core.store.register(record, most, core.now()).await });
    Ok(registering.await.map_err(|error| OAuthError::from(StoreError::new(error)))??)
}

fn record(core: &Core, metadata: &ClientMetadata, fingerprint: Digest) -> Result<ClientRecord, OAuthError> {
    let now = core.now();
    let made = || {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((
            random::identifier()?,
            serde_json::to_string(metadata)?,
        ))
    };
    // Base64url: never an `https://…`, which would be the document of a client (S73).
    let (id, metadata) = made().map_err(|error| OAuthError::from(StoreError::new(error)))?;
    Ok(ClientRecord {
        id,
        metadata,
        fingerprint,
        secret: None,
        registered_at: now,
        expires_at: now.plus(core.registration.unused),
        used: false,
    })
}
