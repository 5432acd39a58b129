//! Keys of the authorization server itself.

use super::{MemoryStore, taken};
use crate::store::{KeyRecord, KeyStore, StoreFuture};

impl KeyStore for MemoryStore {
    fn keys<'a>(&'a self, purpose: &'a str) -> StoreFuture<'a, Vec<KeyRecord>> {
        self.run(move |records| {
            let mut keys: Vec<_> =
                records.keys.iter().filter(|key| key.purpose == purpose).cloned().collect();
            keys.sort_by_key(|key| key.created_at);
            Ok(keys)
        })
    }

    fn insert_first_key(&self, key: KeyRecord) -> StoreFuture<'_, bool> {
        self.run(move |records| {
            if records.keys.iter().any(|other| other.purpose == key.purpose) {
                return Ok(false);
            }
            if records.keys.iter().any(|other| other.id == key.id) {
                return Err(taken("key's id"));
            }
            records.keys.push(key);
            Ok(true)
        })
    }
}
