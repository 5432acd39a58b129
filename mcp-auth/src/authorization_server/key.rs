//! The signing keys in the store: made on the first start, sealed, the same on every node and after every start.
//!
//! Each is sealed under the first sealing key, so that they also tell whether these are the store's sealing keys. When a new
//! sealing key comes first, each gets a second seal under that beside the one it has: a process that has only the old one
//! starts as before, and afterwards the old one can be taken out of the ring.

use std::sync::Arc;

use super::{
    Sealer, Unsealed,
    token::{BrokenKey, KeyRing, RingKey, Signer},
};
use crate::{
    random::{self, NoRandomness},
    store::{KeyRecord, Store, StoreError, Timestamp},
};

pub(super) const PURPOSE: &str = "sign";

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

/// The keys of the store; on the first start a new one. Of processes that start at once, all get the same.
pub(super) async fn find_or_make(
    store: &dyn Store,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<KeyRing, NoKey> {
    if !exists(store).await? {
        store.insert_first_key(make(sealer, now)?).await?;
    }
    for key in store.keys(PURPOSE).await? {
        let private = open(sealer, &key).map_err(NoKey::OtherSealingKey)?;
        if open(&sealer.first(), &key).is_err() {
            let mut seals = Seals::of(&key.sealed);
            seals.0.push(seal(sealer, &key.id, &private)?);
            // Another process may have done the same: then there is one already.
            store.reseal_key(&key.id, &key.sealed, seals.bytes()).await?;
        }
    }
    ring(store, sealer, None).await
}

/// The keys of the store as they are now. Those of `before` need not be opened again.
pub(super) async fn ring(
    store: &dyn Store,
    sealer: &Sealer,
    before: Option<&KeyRing>,
) -> Result<KeyRing, NoKey> {
    let mut keys = Vec::new();
    for key in store.keys(PURPOSE).await? {
        let known = before.and_then(|ring| ring.keys().iter().find(|known| known.id == key.id));
        let signer = if let Some(known) = known {
            Arc::clone(&known.signer)
        } else {
            let private = open(sealer, &key).map_err(NoKey::OtherSealingKey)?;
            Arc::new(Signer::from_pkcs8(&private)?)
        };
        keys.push(RingKey { id: key.id, created_at: key.created_at, signer });
    }
    KeyRing::new(keys).ok_or(NoKey::OtherSealingKey(Unsealed::NoKey))
}

/// A new key, sealed.
pub(super) fn make(sealer: &Sealer, now: Timestamp) -> Result<KeyRecord, NoKey> {
    let id = random::identifier()?;
    let sealed = Seals(vec![seal(sealer, &id, &Signer::generate()?)?]).bytes();
    Ok(KeyRecord { id, purpose: PURPOSE.to_owned(), sealed, created_at: now })
}

/// The same key, sealed under the first sealing key and under no other.
pub(super) fn resealed(sealer: &Sealer, key: &KeyRecord) -> Result<Vec<u8>, NoKey> {
    let private = open(sealer, key).map_err(NoKey::OtherSealingKey)?;
    Ok(Seals(vec![seal(sealer, &key.id, &private)?]).bytes())
}

/// The ids of the sealing keys under which it is sealed.
pub(super) fn sealed_under(key: &KeyRecord) -> Vec<String> {
    Seals::of(&key.sealed).0.iter().filter_map(|sealed| Sealer::id_of(sealed)).map(str::to_owned).collect()
}

fn seal(sealer: &Sealer, id: &str, private: &[u8]) -> Result<Vec<u8>, NoKey> {
    sealer.seal(&["key", PURPOSE, id], private).map_err(|_| BrokenKey.into())
}

fn open(sealer: &Sealer, key: &KeyRecord) -> Result<Vec<u8>, Unsealed> {
    let mut why = Unsealed::NoKey;
    for sealed in Seals::of(&key.sealed).0 {
        match sealer.open(&["key", PURPOSE, &key.id], &sealed) {
            Ok(private) => return Ok(private),
            Err(Unsealed::NoKey) => {}
            Err(other) => why = other,
        }
    }
    Err(why)
}

/// One key under several sealing keys: a zero, then each with its length before it. A single one without that is as good:
/// it begins with the length of an id, which is never zero.
struct Seals(Vec<Vec<u8>>);

impl Seals {
    fn of(bytes: &[u8]) -> Self {
        let Some((0, mut rest)) = bytes.split_first() else { return Self(vec![bytes.to_vec()]) };
        let mut seals = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let Some((seal, after)) = after.split_at_checked(length) else { break };
            seals.push(seal.to_vec());
            rest = after;
        }
        Self(seals)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0];
        for seal in &self.0 {
            bytes.extend_from_slice(&u32::try_from(seal.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(seal);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Seals;

    #[test]
    fn several_seals_are_one_text_and_what_is_cut_is_no_seal() {
        let seals = Seals(vec![b"\x03one".to_vec(), b"\x03two".to_vec()]);
        let bytes = seals.bytes();
        assert_eq!(Seals::of(&bytes).0, seals.0);
        assert_eq!(Seals::of(&bytes[..bytes.len() - 1]).0, seals.0[..1]);
        assert_eq!(Seals::of(b"\x03one").0, [b"\x03one".to_vec()]);
        assert!(Seals::of(&[0]).0.is_empty() && Seals::of(&[0, 255, 255, 255, 255, 1]).0.is_empty());
    }
}
