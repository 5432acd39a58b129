#![doc = include_str!("../../docs/store.md")]

mod assertion;
mod client;
mod code;
mod consent;
#[cfg(any(test, feature = "testing"))]
pub mod contract;
mod digest;
mod error;
mod grant;
mod key;
mod memory;
mod person;
mod refresh_token;
mod session;
mod sign_in;
mod sqlite;
mod timestamp;
mod upstream_token;

pub use assertion::{AssertionRecord, AssertionStore, AssertionUse};
pub use client::{ClientRecord, ClientStore, Registration};
pub use code::{CodeRecord, CodeStore, Redemption};
pub use consent::{ConsentRecord, ConsentStore};
pub use digest::Digest;
pub use error::StoreError;
pub use grant::{GrantFilter, GrantRecord, GrantStore};
pub use key::{KeyRecord, KeyStore};
pub use memory::MemoryStore;
pub use person::Person;
pub use refresh_token::{RefreshTokenRecord, RefreshTokenStore, Rotation};
pub use session::{SessionRecord, SessionStore};
pub use sign_in::{SignInRecord, SignInStore};
pub use sqlite::SqliteStore;
pub use timestamp::Timestamp;
pub use upstream_token::{UpstreamTokenRecord, UpstreamTokenStore};

use std::{future::Future, pin::Pin};

/// What a verb of a store returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Everything that the authorization server keeps.
///
/// Each verb is one transaction: it happens wholly or not at all, it is durable before its future ends, and of many
/// callers that race exactly one wins, also when they are in several processes. Nobody reads first and writes then.
/// A future that is dropped has happened wholly, or will, or never does.
///
/// Expiry is always checked by the verb, with the time that the caller gives; [`expire`](Self::expire) is hygiene. What
/// expires at a time has expired at that millisecond.
pub trait Store:
    AssertionStore
    + ClientStore
    + CodeStore
    + ConsentStore
    + GrantStore
    + KeyStore
    + RefreshTokenStore
    + SessionStore
    + SignInStore
    + UpstreamTokenStore
    + std::fmt::Debug
    + Send
    + Sync
    + 'static
{
    /// The file in which a sealing key may be kept that nobody gave, for the development sign-in; `None` where the store
    /// ends with the process, or has no place for it.
    fn key_file(&self) -> Option<std::path::PathBuf> {
        None
    }

    /// Removes what has ended by `now` and is needed for nothing any more, at most `most` rows; returns how many.
    ///
    /// An upstream token ends a day after the first call that finds no session, grant or code that lives and uses it, unless
    /// it is put anew. It is no row that was removed: it is one that ended.
    ///
    /// Codes, grants and ended upstream tokens stay for a day after their end, redeemed codes and rotated refresh tokens as
    /// long as their grant: a replay is recognised by them. Consents for a registered client go with it.
    fn expire(&self, now: Timestamp, most: usize) -> StoreFuture<'_, usize>;

    /// Whether it could do its work now, reads and writes: what readiness asks. It is asked often, so it writes nothing
    /// while all is well.
    fn check(&self) -> StoreFuture<'_, ()>;

    /// Brings it to rest when a server has stopped: what would be done at some later time is done now. It goes on working,
    /// because others may use it.
    fn flush(&self) -> StoreFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
