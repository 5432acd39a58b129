//! Keys of the authorization server itself.

use super::{StoreFuture, Timestamp};

/// One key, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its id (`kid`).
    pub id: String,
    /// What it is for, such as `sign`.
    pub purpose: String,
    /// The private key, sealed and bound to `id`. Opaque to the store.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keys.
pub trait KeyStore {
    /// All keys of one purpose, the oldest first.
    fn keys<'a>(&'a self, purpose: &'a str) -> StoreFuture<'a, Vec<KeyRecord>>;

    /// Keeps the key if `after` is the newest of its purpose: of several who would add one, one does. It has to be newer.
    fn insert_next_key<'a>(&'a self, key: KeyRecord, after: &'a str) -> StoreFuture<'a, bool>;

    /// Keeps the key, and removes every other of its purpose.
    fn replace_keys(&self, key: KeyRecord) -> StoreFuture<'_, ()>;

    /// Removes the key, if it is not the newest of its purpose; whether it was there.
    fn remove_key<'a>(&'a self, id: &'a str) -> StoreFuture<'a, bool>;

    /// Replaces what is sealed, if it is still `before`.
    fn reseal_key<'a>(&'a self, id: &'a str, before: &'a [u8], after: Vec<u8>) -> StoreFuture<'a, bool>;

    /// Keeps the key if there is none of its purpose yet. Two processes that start at once agree on one this way.
    fn insert_first_key(&self, key: KeyRecord) -> StoreFuture<'_, bool>;
}
