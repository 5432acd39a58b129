//! A code becomes tokens, once.

use std::sync::Arc;

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    super::{Client, Core, OAuthError, form::Form},
    answer::{invalid_grant, random_secret, sign},
    redeemed::Arrival,
    resource,
};
use crate::{
    AuditEvent, AuditKind,
    crash::crash_point,
    random,
    store::{CodeRecord, Digest, GrantRecord, Redemption, RefreshTokenRecord, Timestamp},
};

pub(super) async fn redeem(
    core: &Arc<Core>,
    client: &Client,
    form: &Form,
    arrival: Arrival,
) -> Result<Response, OAuthError> {
    let digest = Digest::of(form.required("code")?);
    let verifier = verifier(form)?;
    let Some(code) = core.store.code(&digest).await? else {
        return Err(invalid_grant("there is no such code", &client.id));
    };
    prove(&code, client, form, verifier)?;
    // Whoever comes as far has proven everything that the code is bound to.
    if let Some(grant) = &code.redeemed {
        return Err(replayed(core, client, &digest, grant, arrival).await?);
    }
    resource::check(form, &code.resource)?;
    let now = core.now();
    if code.expires_at <= now {
        return Err(invalid_grant("the code has expired", &client.id));
    }
    let grant = grant(core, code, now)?;
    let signed = sign(core, &grant, &grant.scopes, now)?;
    let refresh_token = random_secret()?;
    let record = RefreshTokenRecord {
        token: Digest::of(refresh_token.expose()),
        grant: grant.id.clone(),
        issued_at: now,
        expires_at: now.plus(core.lifetimes.refresh_token).min(grant.expires_at),
    };
    let event = signed.event(AuditKind::TokensIssued, &grant);
    write(core, digest, grant, record, now, event).await?;
    client.keep(core);
    Ok(signed.response(&refresh_token))
}

/// The one write, and who won it.
async fn write(
    core: &Arc<Core>,
    code: Digest,
    grant: GrantRecord,
    refresh_token: RefreshTokenRecord,
    now: Timestamp,
    event: AuditEvent,
) -> Result<(), OAuthError> {
    core.redeemed.begin(code);
    let client = grant.client_id.clone();
    let redeeming = Redeeming { core: Arc::clone(core), code, won: false };
    let done = core.tasks.to_the_end(async move {
        // It ends however this ends, a panic of the store included.
        let mut redeeming = redeeming;
        let redemption = redeeming.core.store.redeem(&code, grant, refresh_token, now).await?;
        crash_point!("token.redeemed");
        redeeming.won = redemption == Redemption::Done;
        // Here, and not where it is answered: whoever asked may have gone.
        if redeeming.won {
            redeeming.core.audit(event);
        }
        Ok(redeeming.won)
    });
    if done.await? { Ok(()) } else { Err(invalid_grant("another request was faster", &client)) }
}

struct Redeeming {
    core: Arc<Core>,
    code: Digest,
    won: bool,
}

impl Drop for Redeeming {
    fn drop(&mut self) {
        self.core.redeemed.end(self.code, self.won);
    }
}

/// The verifier, in its form (RFC 7636 section 4.1).
fn verifier(form: &Form) -> Result<&str, OAuthError> {
    let verifier = form.required("code_verifier")?;
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved) {
        return Ok(verifier);
    }
    Err(OAuthError::new("invalid_request", "code_verifier has to be 43 to 128 unreserved characters"))
}

/// Everything that the code is bound to, except the time.
fn prove(code: &CodeRecord, client: &Client, form: &Form, verifier: &str) -> Result<(), OAuthError> {
    if code.client_id != client.id {
        return Err(invalid_grant("the code is another client's", &client.id));
    }
    // OAuth 2.1 does not send it any more, because the verifier proves more; who sends it means it (section 10.2).
    if form.get("redirect_uri").is_some_and(|sent| sent != code.redirect_uri) {
        return Err(invalid_grant("redirect_uri is not the one of the authorization request", &client.id));
    }
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    if verify_slices_are_equal(challenge.as_bytes(), code.code_challenge.as_bytes()).is_err() {
        return Err(invalid_grant("code_verifier does not fit", &client.id));
    }
    Ok(())
}

/// A code that has been used, with full proof. A racer is refused and no more. Whoever comes after the answer has the code
/// and the verifier from somewhere: one of the two is not the client, so the tokens end (OAuth 2.1 section 4.1.3).
async fn replayed(
    core: &Arc<Core>,
    client: &Client,
    code: &Digest,
    grant: &str,
    arrival: Arrival,
) -> Result<OAuthError, OAuthError> {
    let raced = match core.redeemed.raced(code, arrival.moment) {
        Some(raced) => raced,
        // Another process won, or this one before it was started again: the grant tells when.
        None => core.store.grant(grant).await?.is_some_and(|grant| arrival.is_near(grant.created_at)),
    };
    if raced {
        return Ok(invalid_grant("another request was faster", &client.id));
    }
    tracing::warn!(client = client.id, grant, "a code was used twice: its grant is ended");
    core.end_grant(grant, "a code was used twice").await?;
    Ok(invalid_grant("the code has been used", &client.id))
}

fn grant(core: &Core, code: CodeRecord, now: Timestamp) -> Result<GrantRecord, OAuthError> {
    let id = random::row_id(now.as_millis()).map_err(|error| {
        tracing::error!(%error, "no grant can be made");
        OAuthError::unavailable()
    })?;
    Ok(GrantRecord {
        id,
        person: code.person,
        client_id: code.client_id,
        resource: code.resource,
        scopes: code.scopes,
        upstream: code.upstream,
        created_at: now,
        expires_at: now.plus(core.lifetimes.grant),
        ended_at: None,
    })
}
