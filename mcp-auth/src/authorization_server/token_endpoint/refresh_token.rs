//! A refresh token becomes an access token and its successor (RFC 6749 section 6, OAuth 2.1 section 4.3).

use std::sync::Arc;

use axum::response::Response;

use super::{
    super::{
        Client, Core, OAuthError, Sealer,
        entry::{Asking, Verdict},
        form::Form,
    },
    answer::{invalid_grant, random_secret, sign},
    resource,
};
use crate::{
    AuditKind, Secret,
    crash::crash_point,
    store::{Digest, GrantRecord, RefreshTokenRecord, Rotation},
};

pub(super) async fn refresh(core: &Arc<Core>, client: &Client, form: &Form) -> Result<Response, OAuthError> {
    let presented = Secret::from(form.required("refresh_token")?);
    let digest = Digest::of(presented.expose());
    let Some((_, grant)) = core.store.refresh_token(&digest).await? else {
        return Err(invalid_grant("there is no such refresh token", &client.id));
    };
    if grant.client_id != client.id {
        return Err(invalid_grant("the refresh token is another client's", &client.id));
    }
    // The operator took their sign-in away. It may come back, so the grant is left as it is.
    if core.provider(&grant.person.provider).is_none() {
        return Err(invalid_grant("the person's sign-in is not offered any more", &client.id));
    }
    resource::check(form, &grant.resource)?;
    let scopes = narrowed(form, &grant)?;
    still_enters(core, client, &grant, &scopes).await?;
    let now = core.now();
    let signed = sign(core, &grant, &scopes, now)?;
    let event = signed.event(AuditKind::TokensRefreshed, &grant);
    let successor = random_secret()?;
    let sealed = seal(&presented, &successor)?;
    let record = RefreshTokenRecord {
        token: Digest::of(successor.expose()),
        grant: grant.id,
        issued_at: now,
        expires_at: now.plus(core.lifetimes.refresh_token).min(grant.expires_at),
    };
    let rotation = core.tasks.to_the_end({
        let core = Arc::clone(core);
        async move {
            let grace = core.lifetimes.refresh_grace;
            let rotation = core.store.rotate(&digest, record, sealed, grace, now).await?;
            crash_point!("refresh.rotated");
            // Here, and not where it is answered: whoever asked may have gone.
            match &rotation {
                Rotation::Rotated => core.audit(event),
                Rotation::Repeated { .. } => {
                    core.audit(event.reason("the answer before was asked for again"));
                }
                Rotation::Reused { grant } => {
                    core.grant_ended(grant);
                    core.has_ended(grant, "a refresh token was used again").await;
                }
                Rotation::Refused => {}
            }
            Ok(rotation)
        }
    });
    let refresh_token = match rotation.await? {
        Rotation::Rotated => successor,
        Rotation::Repeated { sealed } => open(&presented, &sealed)?,
        Rotation::Reused { grant } => {
            tracing::warn!(client = client.id, grant, "a refresh token was used again: its grant is ended");
            return Err(invalid_grant("the refresh token has been used", &client.id));
        }
        Rotation::Refused => {
            return Err(invalid_grant("the refresh token or its grant has ended", &client.id));
        }
    };
    client.keep(core);
    Ok(signed.response(&refresh_token))
}

/// Whether the person may still enter. A definite no ends the grant; where nobody can say, everything stays as it is, and the
/// client comes again (C34, C37). Of a grant that has ended nobody is asked.
async fn still_enters(
    core: &Arc<Core>,
    client: &Client,
    grant: &GrantRecord,
    scopes: &[String],
) -> Result<(), OAuthError> {
    if grant.ended_at.is_some() || grant.expires_at <= core.now() {
        return Ok(());
    }
    let asking = Asking { person: &grant.person, client, resource: &grant.resource, scopes };
    match core.door.stays(core, grant.upstream.as_deref(), asking).await {
        Verdict::Yes => Ok(()),
        Verdict::No(_) => {
            core.end_grant(&grant.id, "the person may not enter any more").await?;
            Err(invalid_grant("the person may not enter any more", &client.id))
        }
        Verdict::Unknown(outage) => {
            let wait = outage.retry_after.map_or(RETRY_AFTER, |wait| wait.as_secs().clamp(1, MOST_WAIT));
            Err(OAuthError { retry_after: Some(wait), ..OAuthError::unavailable() })
        }
    }
}

/// When to come again where nobody says, and at the latest, in seconds.
const RETRY_AFTER: u64 = 5;
const MOST_WAIT: u64 = 300;

/// The scopes of this access token. Fewer than the grant's may be asked for, never others; the grant keeps its own.
fn narrowed(form: &Form, grant: &GrantRecord) -> Result<Vec<String>, OAuthError> {
    let words = form.get("scope").unwrap_or_default().split(' ');
    // `offline_access` asks for what is at hand, as it does at the authorization endpoint.
    let asked: Vec<&str> = words.filter(|word| !matches!(*word, "" | "offline_access")).collect();
    if asked.is_empty() {
        return Ok(grant.scopes.clone());
    }
    if asked.iter().any(|word| !grant.scopes.iter().any(|granted| granted == word)) {
        let message = "a refresh cannot ask for scopes that were not granted: sign in for them";
        return Err(OAuthError::new("invalid_scope", message));
    }
    Ok(grant.scopes.iter().filter(|granted| asked.contains(&granted.as_str())).cloned().collect())
}

/// For whoever holds the presented token, and for nobody who reads the store: it has a digest of that token only.
const CONTEXT: [&str; 1] = ["successor"];

fn seal(presented: &Secret, successor: &Secret) -> Result<Vec<u8>, OAuthError> {
    let sealer = Sealer::new([("", presented.expose().as_bytes())]);
    sealer.seal(&CONTEXT, successor.expose().as_bytes()).map_err(|error| unreadable(&error))
}

fn open(presented: &Secret, sealed: &[u8]) -> Result<Secret, OAuthError> {
    let sealer = Sealer::new([("", presented.expose().as_bytes())]);
    let successor = sealer.open(&CONTEXT, sealed).map_err(|error| unreadable(&error))?;
    String::from_utf8(successor).map(Secret::new).map_err(|error| unreadable(&error))
}

fn unreadable(error: &dyn std::fmt::Display) -> OAuthError {
    tracing::error!(%error, "the successor of a refresh token cannot be sealed or read");
    OAuthError::unavailable()
}
