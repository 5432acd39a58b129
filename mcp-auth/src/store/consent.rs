//! What a person agreed to before, for each client: it tells what is new, and skips nothing.

use super::{Digest, Person, StoreFuture, Timestamp};

/// What a person agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRecord {
    /// Who agreed.
    pub person: Person,
    /// For which client.
    pub client_id: String,
    /// For which resource.
    pub resource: String,
    /// The digest of what the client's document said about where it is answered and how it proves itself; `None` for a client
    /// that registered, which does not change.
    pub client: Option<Digest>,
    /// To which scopes, the last time.
    pub scopes: Vec<String>,
    /// When.
    pub given_at: Timestamp,
}

/// Consents.
pub trait ConsentStore {
    /// What this person agreed to for this client and resource.
    fn consent<'a>(
        &'a self,
        person: &'a Person,
        client_id: &'a str,
        resource: &'a str,
    ) -> StoreFuture<'a, Option<ConsentRecord>>;

    /// Forgets what this person agreed to for this client and resource.
    fn forget_consent<'a>(
        &'a self,
        person: &'a Person,
        client_id: &'a str,
        resource: &'a str,
    ) -> StoreFuture<'a, ()>;

    /// Forgets everything that this person agreed to.
    fn forget_consents<'a>(&'a self, person: &'a Person) -> StoreFuture<'a, ()>;

    /// Keeps a consent in place of the one before.
    fn remember_consent(&self, consent: ConsentRecord) -> StoreFuture<'_, ()>;
}
