//! Keys of the authorization server itself.

use super::{MemoryStore, Records, taken};
use crate::store::{KeyRecord, KeyStore, StoreFuture};

impl KeyStore for MemoryStore {
    fn keys<'a>(&'a self, purpose: &'a str) -> StoreFuture<'a, Vec<KeyRecord>> {
        self.run(move |records| {
            let mut keys: Vec<_> =
                records.keys.iter().filter(|key| key.purpose == purpose).cloned().collect();
            keys.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
            Ok(keys)
        })
    }

    fn insert_next_key<'a>(&'a self, key: KeyRecord, after: &'a str) -> StoreFuture<'a, bool> {
        self.run(move |records| {
            if newest(records, &key.purpose).is_none_or(|newest| newest != after) {
                return Ok(false);
            }
            if records.keys.iter().any(|other| other.id == key.id) {
                return Err(taken("key's id"));
            }
            records.keys.push(key);
            Ok(true)
        })
    }

    fn replace_keys(&self, key: KeyRecord) -> StoreFuture<'_, ()> {
        self.run(move |records| {
            if records.keys.iter().any(|other| other.id == key.id && other.purpose != key.purpose) {
                return Err(taken("key's id"));
            }
            records.keys.retain(|other| other.purpose != key.purpose);
            records.keys.push(key);
            Ok(())
        })
    }

    fn remove_key<'a>(&'a self, id: &'a str) -> StoreFuture<'a, bool> {
        self.run(move |records| {
            let Some(at) = records.keys.iter().position(|key| key.id == id) else { return Ok(false) };
            if newest(records, &records.keys[at].purpose).is_some_and(|newest| newest == id) {
                return Ok(false);
            }
            records.keys.remove(at);
            Ok(true)
        })
    }

    fn reseal_key<'a>(&'a self, id: &'a str, before: &'a [u8], after: Vec<u8>) -> StoreFuture<'a, bool> {
        self.run(move |records| {
            let found = records.keys.iter_mut().find(|key| key.id == id && key.sealed == before);
            Ok(found.map(|key| key.sealed = after).is_some())
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

fn newest<'a>(records: &'a Records, purpose: &str) -> Option<&'a str> {
    let keys = records.keys.iter().filter(|key| key.purpose == purpose);
    keys.max_by_key(|key| (key.created_at, &key.id)).map(|key| key.id.as_str())
}
