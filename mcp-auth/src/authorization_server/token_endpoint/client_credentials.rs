//! A machine gets a token of its own, without a person (RFC 6749 section 4.4).

use std::sync::Arc;

use axum::response::Response;

use super::{
    super::{
        Client, Core, Endpoints, MACHINE, OAuthError, ProtectedServer, authorization_endpoint::the_resource,
        form::Form,
    },
    answer::sign,
};
use crate::{
    AuditKind, random,
    store::{GrantRecord, Person, Timestamp},
};

/// `client` is proven, and may use this grant: so it is one that the operator wrote down, with a secret or keys.
///
/// The token has a grant like all others, with which it ends; it lives as long as the token. There is no refresh token
/// (section 4.4.3): the client comes again.
pub(super) async fn grant(
    endpoints: &Endpoints,
    client: &Client,
    form: &Form,
) -> Result<Response, OAuthError> {
    let core = &endpoints.core;
    let asked: Vec<&str> = form.all("resource").collect();
    let server = the_resource(&asked, &endpoints.servers)?;
    let scopes = scopes(client, form, server)?;
    let now = core.now();
    let grant = record(core, client, server, scopes, now)?;
    let signed = sign(core, &grant, &grant.scopes, now)?;
    tracing::info!(client = client.id, grant = grant.id, resource = grant.resource, "a machine gets a token");
    let keeper = Arc::clone(core);
    let event = signed.event(AuditKind::TokensIssued, &grant).reason("to the client itself");
    let kept = core.tasks.to_the_end(async move {
        keeper.store.insert_grant(grant).await?;
        keeper.audit(event);
        Ok(())
    });
    kept.await?;
    Ok(signed.response_without_refresh())
}

/// What is asked for, or all that the machine may have here; and what every request to the server needs. What it may not
/// have is refused and not left out: nobody is there who could notice.
fn scopes(client: &Client, form: &Form, server: &ProtectedServer) -> Result<Vec<String>, OAuthError> {
    let refused = |what: &str| {
        OAuthError::new("invalid_scope", format!("the client may not have the scope {what} at this resource"))
    };
    let words: Vec<&str> =
        form.get("scope").unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
    let mut known: Vec<&str> = Vec::new();
    for scope in server.requires.iter().chain(&server.scopes) {
        if !known.contains(&scope.name()) {
            known.push(scope.name());
        }
    }
    if let Some(word) = words.iter().find(|word| !known.contains(word) || !client.may_have(word)) {
        return Err(refused(word));
    }
    let required = |scope: &str| server.requires.iter().any(|required| required.name() == scope);
    if let Some(scope) = server.requires.iter().find(|scope| !client.may_have(scope.name())) {
        return Err(refused(scope.name()));
    }
    known.retain(|scope| {
        required(scope) || client.may_have(scope) && (words.is_empty() || words.contains(scope))
    });
    Ok(known.into_iter().map(str::to_owned).collect())
}

fn record(
    core: &Core,
    client: &Client,
    server: &ProtectedServer,
    scopes: Vec<String>,
    now: Timestamp,
) -> Result<GrantRecord, OAuthError> {
    let id = random::row_id(now.as_millis()).map_err(|error| {
        tracing::error!(%error, "no grant can be made");
        OAuthError::unavailable()
    })?;
    Ok(GrantRecord {
        id,
        person: machine(client),
        client_id: client.id.clone(),
        resource: server.resource.as_str().to_owned(),
        scopes,
        upstream: None,
        created_at: now,
        expires_at: now.plus(core.lifetimes.access_token),
        ended_at: None,
    })
}

/// Nobody: the client, in the place of a person. No provider has this id, so no person is ever taken for it.
fn machine(client: &Client) -> Person {
    Person { provider: MACHINE.to_owned(), id: client.id.clone(), name: client.name().to_owned() }
}
