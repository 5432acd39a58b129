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

    /// Keeps the key if there is none of its purpose yet. Two processes that start at once agree on one this way.
    fn insert_first_key(&self, key: KeyRecord) -> StoreFuture<'_, bool>;
}
