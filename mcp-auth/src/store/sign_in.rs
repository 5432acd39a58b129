//! Sign-ins on their way: somebody agreed, and is at the provider now.

use super::{Digest, StoreFuture, Timestamp};

/// One sign-in on its way. It exists from the consent until the provider sends the person back, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    /// The digest of the `state` that the provider gives back.
    pub state: Digest,
    /// The digest of the cookie of the browser that began it: nobody else may end it.
    pub browser: Digest,
    /// The provider's id.
    pub provider: String,
    /// What is to happen afterwards, sealed. Opaque to the store.
    pub sealed: Vec<u8>,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// Sign-ins on their way.
pub trait SignInStore {
    /// Keeps `sign_in`. Where there are `most` that have not expired, those that expire first make room: whoever fills the
    /// store keeps nobody from beginning.
    fn begin_sign_in(&self, sign_in: SignInRecord, most: usize, now: Timestamp) -> StoreFuture<'_, ()>;

    /// Looks at a sign-in without ending it.
    fn sign_in<'a>(&'a self, state: &'a Digest, now: Timestamp) -> StoreFuture<'a, Option<SignInRecord>>;

    /// Takes the sign-in out: for one caller, once, and only for the browser that began it. Everybody else changes
    /// nothing.
    fn take_sign_in<'a>(
        &'a self,
        state: &'a Digest,
        browser: &'a Digest,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<SignInRecord>>;
}
