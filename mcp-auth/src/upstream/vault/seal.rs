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
}

/// Seals `tokens` for the row `id`.
pub(in crate::upstream) fn seal(sealer: &Sealer, id: &str, tokens: &Tokens) -> Result<Vec<u8>, StoreError> {
    let plain = Plain {
        access_token: tokens.access_token.expose().to_owned(),
        refresh_token: tokens.refresh_token.as_ref().map(|token| token.expose().to_owned()),
        scopes: tokens.scopes.clone(),
        expires_at: tokens.expires_at.map(Timestamp::as_millis),
    };
    let plain = serde_json::to_vec(&plain).map_err(StoreError::new)?;
    sealer.seal(&["upstream", id], &plain).map_err(StoreError::new)
}

/// The tokens of a row.
pub(in crate::upstream) fn open(sealer: &Sealer, record: &UpstreamTokenRecord) -> Result<Tokens, Unsealed> {
    let plain = sealer.open(&["upstream", &record.id], &record.sealed)?;
    // What we have sealed ourselves we can read; an error would print what stands there.
    let plain: Plain = serde_json::from_slice(&plain).map_err(|_| Unsealed::Forged)?;
    Ok(Tokens {
        access_token: Secret::from(plain.access_token),
        refresh_token: plain.refresh_token.map(Secret::from),
        scopes: plain.scopes,
        expires_at: plain.expires_at.map(Timestamp::from_millis),
    })
}
