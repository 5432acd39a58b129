//! Refresh tokens (RFC 6749 section 6): rotated, with a short grace for answers that were lost.

use std::time::Duration;

use super::{Digest, GrantRecord, StoreFuture, Timestamp};

/// One refresh token of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// The digest of the token.
    pub token: Digest,
    /// The grant's id.
    pub grant: String,
    /// When it was given.
    pub issued_at: Timestamp,
    /// When it ends, if nobody uses it.
    pub expires_at: Timestamp,
}

/// What became of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The successor is kept, and the presented token is used.
    Rotated,
    /// The presented token was rotated a moment ago and its successor has not been used: this is what was kept of it.
    Repeated {
        /// The successor, sealed for whoever holds the presented token.
        sealed: Vec<u8>,
    },
    /// The presented token was rotated before, and the grace is over: the grant, whose id this is, has been ended in the
    /// same transaction.
    Reused {
        /// The grant's id.
        grant: String,
    },
    /// No such token, or it or its grant has ended. Nothing changed.
    Refused,
}

/// Refresh tokens.
pub trait RefreshTokenStore {
    /// The token and its grant, whatever has become of them. It looks, nothing changes.
    fn refresh_token<'a>(
        &'a self,
        token: &'a Digest,
    ) -> StoreFuture<'a, Option<(RefreshTokenRecord, GrantRecord)>>;

    /// The same, if it could be exchanged for the first time at `now`: it was not rotated, neither it nor its grant has run
    /// out, and the grant has not ended. It looks, nothing changes.
    fn live_refresh_token<'a>(
        &'a self,
        token: &'a Digest,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<(RefreshTokenRecord, GrantRecord)>>;

    /// Uses `token` once and keeps its `successor`, with what a repeated request is to be given (`sealed`). For `grace`
    /// after that, until somebody uses the successor, the token gives the same again; then its reuse ends the grant, also
    /// when the token itself would have run out. A successor of another grant is an error, and changes nothing.
    fn rotate<'a>(
        &'a self,
        token: &'a Digest,
        successor: RefreshTokenRecord,
        sealed: Vec<u8>,
        grace: Duration,
        now: Timestamp,
    ) -> StoreFuture<'a, Rotation>;
}
