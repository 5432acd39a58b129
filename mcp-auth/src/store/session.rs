//! Browsers in which somebody signed in.

use super::{Digest, Person, StoreFuture, Timestamp};

/// One browser in which somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The digest of its cookie.
    pub session: Digest,
    /// Who signed in.
    pub person: Person,
    /// The id of the upstream token that came with the sign-in.
    pub upstream: Option<String>,
    /// When they have to sign in again.
    pub expires_at: Timestamp,
}

/// Sessions of browsers.
pub trait SessionStore {
    /// Keeps a session.
    fn insert_session(&self, session: SessionRecord) -> StoreFuture<'_, ()>;

    /// The session, unless it has expired.
    fn session<'a>(&'a self, session: &'a Digest, now: Timestamp) -> StoreFuture<'a, Option<SessionRecord>>;

    /// Ends every session of this person; of everybody, where none is named.
    fn end_sessions<'a>(&'a self, person: Option<&'a Person>) -> StoreFuture<'a, ()>;

    /// Ends the session.
    fn end_session<'a>(&'a self, session: &'a Digest) -> StoreFuture<'a, ()>;
}
