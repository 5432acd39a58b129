//! What lies in the store of a provider's tokens: nothing that can be used without our key, or in another row.

use serde::{Deserialize, Serialize};

use crate::{
    Secret,
    authorization_server::{Sealer, Unsealed},
    store::{StoreError, Timestamp, UpstreamTokenRecord},
    upstream::Tokens,
};

/// [`Tokens`] as JSON, for as long as it takes to seal them.
#[derive(Serialize, Deserialize)]
struct Plain {
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    #[serde(default)]
    declined: u32,
}

/// Seals `tokens` for the row `id`; so many sign-ins in a row, the last among them, granted less than was asked.
pub(in crate::upstream) fn seal(
    sealer: &Sealer,
    id: &str,
    tokens: &Tokens,
    declined: u32,
) -> Result<Vec<u8>, StoreError> {
    let plain = Plain {
        access_token: tokens.access_token.expose().to_owned(),
        refresh_token: tokens.refresh_token.as_ref().map(|token| token.expose().to_owned()),
        scopes: tokens.scopes.clone(),
        expires_at: tokens.expires_at.map(Timestamp::as_millis),
        declined,
    };
    let plain = serde_json::to_vec(&plain).map_err(StoreError::new)?;
    sealer.seal(&["upstream", id], &plain).map_err(StoreError::new)
}

/// The tokens of a row.
pub(in crate::upstream) fn open(sealer: &Sealer, record: &UpstreamTokenRecord) -> Result<Tokens, Unsealed> {
    let plain = plain(sealer, record)?;
    Ok(Tokens {
        access_token: Secret::from(plain.access_token),
        refresh_token: plain.refresh_token.map(Secret::from),
        scopes: plain.scopes,
        expires_at: plain.expires_at.map(Timestamp::from_millis),
    })
}

/// At how many sign-ins in a row less was granted than asked.
pub(in crate::upstream) fn times_declined(
    sealer: &Sealer,
    record: &UpstreamTokenRecord,
) -> Result<u32, Unsealed> {
    Ok(plain(sealer, record)?.declined)
}

fn plain(sealer: &Sealer, record: &UpstreamTokenRecord) -> Result<Plain, Unsealed> {
    let plain = sealer.open(&["upstream", &record.id], &record.sealed)?;
    // What we have sealed ourselves we can read; an error would print what stands there.
    serde_json::from_slice(&plain).map_err(|_| Unsealed::Forged)
}
