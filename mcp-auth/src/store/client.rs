//! Clients that registered themselves (RFC 7591).

use super::{Digest, StoreFuture, Timestamp};

/// One registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRecord {
    /// Its `client_id`.
    pub id: String,
    /// What was registered, as JSON (RFC 7591 section 2). Opaque to the store.
    pub metadata: String,
    /// The digest of the metadata: who registers the same again gets the same client.
    pub fingerprint: Digest,
    /// The digest of its secret, if it has one.
    pub secret: Option<Digest>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it is forgotten, unless somebody signs in with it before.
    pub expires_at: Timestamp,
    /// Whether somebody ever got a token with it.
    pub used: bool,
}

/// What became of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// It is kept.
    New,
    /// A client with the same fingerprint and no secret is there already; it lives on until the new one would have.
    Known(ClientRecord),
    /// There are as many as may be, and all of them have been used.
    Full,
}

/// Registered clients.
pub trait ClientStore {
    /// Keeps `client`, unless one of the same fingerprint is there (only where neither has a secret). Of more than `most`
    /// clients, the one that was registered first among those that nobody has used makes room.
    fn register(&self, client: ClientRecord, most: usize, now: Timestamp) -> StoreFuture<'_, Registration>;

    /// The client of this id, unless it has expired.
    fn client<'a>(&'a self, id: &'a str, now: Timestamp) -> StoreFuture<'a, Option<ClientRecord>>;

    /// Somebody got a token with it: it is used, and expires at `expires_at` or when it would have, whichever is later.
    fn keep_client<'a>(&'a self, id: &'a str, expires_at: Timestamp) -> StoreFuture<'a, ()>;
}
