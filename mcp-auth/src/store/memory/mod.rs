//! The store in plain maps behind one lock: for tests, and to compare the others with.
//!
//! A verb takes the lock once, and looks at everything before it changes anything, so that an error leaves all as it was.

mod assertion;
mod client;
mod code;
mod consent;
mod expire;
mod grant;
mod key;
mod refresh_token;
mod session;
mod sign_in;
mod upstream_token;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use super::{
    ClientRecord, CodeRecord, ConsentRecord, Digest, GrantRecord, KeyRecord, SessionRecord, SignInRecord,
    Store, StoreError, StoreFuture, Timestamp,
};

/// A store that ends with this value.
///
/// Everybody has to sign in again after a restart, and each process has its own: it is for tests.
///
/// ```
/// use mcp_auth::store::{MemoryStore, SessionStore as _, Digest, Timestamp};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let store = MemoryStore::new();
/// assert_eq!(store.session(&Digest::of("a cookie"), Timestamp::from_millis(0)).await?, None);
/// # Ok::<_, mcp_auth::store::StoreError>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct MemoryStore {
    records: Mutex<Records>,
}

#[derive(Default)]
struct Records {
    /// Client and digest of the `jti` -> until when it would be good.
    assertions: HashMap<(String, Digest), Timestamp>,
    clients: HashMap<String, ClientRecord>,
    codes: HashMap<Digest, CodeRecord>,
    consents: Vec<ConsentRecord>,
    grants: HashMap<String, GrantRecord>,
    keys: Vec<KeyRecord>,
    refresh_tokens: HashMap<Digest, refresh_token::Token>,
    sessions: HashMap<Digest, SessionRecord>,
    sign_ins: HashMap<Digest, SignInRecord>,
    upstream_tokens: HashMap<String, upstream_token::Token>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does `verb` under the lock, when the future is polled. Nothing panics half-way, so a poisoned lock is as good.
    fn run<'a, T: Send + 'a>(
        &'a self,
        verb: impl FnOnce(&mut Records) -> Result<T, StoreError> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move { verb(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner)) })
    }
}

impl Store for MemoryStore {
    fn expire(&self, now: Timestamp, most: usize) -> StoreFuture<'_, usize> {
        self.run(move |records| Ok(expire::expire(records, now, most)))
    }

    fn check(&self) -> StoreFuture<'_, ()> {
        self.run(|_| Ok(()))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

fn taken(what: &str) -> StoreError {
    StoreError::new(format!("the {what} is taken"))
}
