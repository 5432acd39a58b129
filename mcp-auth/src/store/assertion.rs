//! Client assertions that have been used (RFC 7523 section 3): each is good once, at all processes together.

use super::{Digest, StoreFuture, Timestamp};

/// A client's signed proof of who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionRecord {
    /// Who signed it.
    pub client_id: String,
    /// The digest of its `jti`.
    pub jti: Digest,
    /// Until when it would be good.
    pub expires_at: Timestamp,
}

/// Whether an assertion may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionUse {
    /// It was never seen: from now on it is used.
    First,
    /// It has been used.
    Again,
    /// The client has as many live ones as may be remembered. Others are not concerned.
    Full,
}

/// Assertions that have been used.
pub trait AssertionStore {
    /// Uses `assertion`. Of one client at most `most` are remembered that would still be good at `now`.
    fn use_assertion(
        &self,
        assertion: AssertionRecord,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'_, AssertionUse>;
}
