//! `private_key_jwt` (RFC 7523): the client signs, and each of its assertions is good once.

use super::{
    super::{Core, OAuthError, metadata},
    Client,
    authentication::unproven,
};
use crate::{
    Secret,
    authenticate::{AuthenticateError, ClientAssertion},
    store::{AssertionRecord, AssertionUse, Digest},
};

/// Of one client, so many are remembered at a time: some clients are one for all their users.
const MOST: usize = 10_000;

/// Who says to have signed it. Nothing is believed yet.
pub(super) fn claimed_client(assertion: &str) -> Option<String> {
    ClientAssertion::claimed_client(assertion)
}

/// Proves the client: what it says, who signed it, and that it comes for the first time.
pub(super) async fn prove(core: &Core, client: &Client, assertion: &Secret) -> Result<(), OAuthError> {
    // The issuer is what it should be (draft-ietf-oauth-rfc7523bis); the token endpoint is what clients of RFC 7523 write.
    let audiences = [core.issuer.as_str(), &core.issuer.url_of(metadata::TOKEN)];
    let assertion = ClientAssertion::check(assertion.expose(), &audiences, core.clock.unix())
        .map_err(|reason| unproven(client, reason))?;
    if assertion.client_id() != client.id {
        return Err(unproven(client, "the assertion is another client's"));
    }
    let keys = core.client_keys.of(client, &core.clock).map_err(|error| {
        tracing::error!(%error, client = client.id, "the client's keys cannot be asked for");
        OAuthError::unavailable()
    })?;
    let Some(keys) = keys else { return Err(unproven(client, "it has no usable keys")) };
    let key = match keys.find(assertion.key()).await {
        Ok((key, _)) => key,
        Err(AuthenticateError::Unavailable { .. }) => {
            tracing::warn!(client = client.id, "the client's keys cannot be had now");
            return Err(OAuthError::unavailable());
        }
        Err(error) => return Err(unproven(client, &error.to_string())),
    };
    if !assertion.is_signed_by(&key) {
        return Err(unproven(client, "the signature of the assertion is not its own"));
    }
    used_once(core, client, &assertion).await
}

/// The one write, and only for what is signed: nobody but the client can fill its part of the memory.
async fn used_once(core: &Core, client: &Client, assertion: &ClientAssertion<'_>) -> Result<(), OAuthError> {
    let record = AssertionRecord {
        client_id: client.id.clone(),
        jti: Digest::of(assertion.jti()),
        expires_at: assertion.good_until().into(),
    };
    match core.store.use_assertion(record, MOST, core.now()).await? {
        AssertionUse::First => Ok(()),
        AssertionUse::Again => Err(unproven(client, "the assertion has been used")),
        AssertionUse::Full => {
            tracing::warn!(client = client.id, "more assertions than can be remembered until they are over");
            Err(OAuthError::unavailable())
        }
    }
}
