//! Signing keys.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Admin;
use crate::store::StoreError;

impl Admin {
    /// Makes the next signing key; returns from when on it signs: ten minutes later, so that everybody who keeps our keys has
    /// read it by then. Tokens of the key before live out their time, and it is published for as long.
    ///
    /// Where a key is on its way already, nothing happens. It goes by itself where
    /// [`Lifetimes::signing_key`](crate::Lifetimes::signing_key) is set.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer.
    pub async fn rotate_signing_key(&self) -> Result<SystemTime, StoreError> {
        let from = self.core.rotate_signing_key("asked for by the operator").await?;
        Ok(UNIX_EPOCH + Duration::from_millis(from.as_millis()))
    }

    /// A new signing key in place of all others, at once: for keys that were stolen. Every access token is worth nothing any
    /// more, and clients get new ones with their refresh tokens. Other processes on the store follow within a minute.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer.
    pub async fn replace_signing_keys(&self) -> Result<(), StoreError> {
        self.core.replace_signing_keys("asked for by the operator").await
    }
}
