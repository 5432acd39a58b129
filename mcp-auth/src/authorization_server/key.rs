//! The signing key: made on the first start, kept sealed, the same on every node and after every start.
//!
//! It is sealed under the first sealing key, so that it also tells whether these are the store's sealing keys. When a new
//! key comes first, a copy is sealed under that: afterwards the old one can be taken out of the ring.

use super::{
    Sealer, Unsealed,
    token::{BrokenKey, Signer},
};
use crate::{
    random::{self, NoRandomness},
    store::{KeyRecord, Store, StoreError, Timestamp},
};

const PURPOSE: &str = "sign";

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoKey {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store was begun with other sealing keys.
    #[error("the sealing keys are not those of the store")]
    OtherSealingKey(Unsealed),
    #[error(transparent)]
    Broken(#[from] BrokenKey),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// Whether the store has been started before.
pub(super) async fn exists(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(!store.keys(PURPOSE).await?.is_empty())
}

/// The key of the store; on the first start a new one. Of processes that start at once, all get the same.
pub(super) async fn find_or_make(
    store: &dyn Store,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<Signer, NoKey> {
    if !exists(store).await? {
        keep(store, sealer, PURPOSE, &Signer::generate()?, now).await?;
    }
    let private = match find(store, sealer, PURPOSE).await? {
        Ok(private) => private,
        Err(unsealed) => copy(store, sealer).await?.ok_or(NoKey::OtherSealingKey(unsealed))?,
    };
    if let Some(first) = sealer.ids().next()
        && find(store, &sealer.first(), PURPOSE).await?.is_err()
    {
        keep(store, sealer, &copy_under(first), &private, now).await?;
    }
    Ok(Signer::from_pkcs8(&private)?)
}

/// A copy that was made for one of the sealing keys.
async fn copy(store: &dyn Store, sealer: &Sealer) -> Result<Option<Vec<u8>>, StoreError> {
    for id in sealer.ids() {
        if let Ok(private) = find(store, sealer, &copy_under(id)).await? {
            return Ok(Some(private));
        }
    }
    Ok(None)
}

fn copy_under(sealing_key: &str) -> String {
    format!("{PURPOSE} under {sealing_key}")
}

async fn find(
    store: &dyn Store,
    sealer: &Sealer,
    purpose: &str,
) -> Result<Result<Vec<u8>, Unsealed>, StoreError> {
    let keys = store.keys(purpose).await?;
    Ok(match keys.first() {
        Some(key) => sealer.open(&["key", purpose, &key.id], &key.sealed),
        None => Err(Unsealed::NoKey),
    })
}

/// Keeps it, unless somebody was faster.
async fn keep(
    store: &dyn Store,
    sealer: &Sealer,
    purpose: &str,
    private: &[u8],
    now: Timestamp,
) -> Result<(), NoKey> {
    let id = random::identifier()?;
    let sealed = sealer.seal(&["key", purpose, &id], private).map_err(|_| BrokenKey)?;
    store.insert_first_key(KeyRecord { id, purpose: purpose.to_owned(), sealed, created_at: now }).await?;
    Ok(())
}
