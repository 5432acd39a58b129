//! Grants: what a person allowed a client, from a code until its end. Tokens carry the grant's id.

use super::{Person, StoreFuture, Timestamp};

/// What a person allowed a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRecord {
    /// Its id, in each access token.
    pub id: String,
    /// Who allowed it.
    pub person: Person,
    /// Whom.
    pub client_id: String,
    /// For which resource (RFC 8707).
    pub resource: String,
    /// Which scopes. Tokens can carry fewer, never more.
    pub scopes: Vec<String>,
    /// The id of the upstream token that its tools use.
    pub upstream: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When it ended before that.
    pub ended_at: Option<Timestamp>,
}

/// Grants.
pub trait GrantStore {
    /// The grant of this id, also when it has ended.
    fn grant<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<GrantRecord>>;

    /// Keeps a grant that no code stands behind: a machine's own. An id that is taken is an error.
    fn insert_grant(&self, grant: GrantRecord) -> StoreFuture<'_, ()>;

    /// Ends the grant with all its refresh tokens; false where it had ended or never was. One that has run out is marked
    /// as ended too, so that a clock that goes back does not revive it.
    fn end_grant<'a>(&'a self, id: &'a str, now: Timestamp) -> StoreFuture<'a, bool>;

    /// The ids of the grants that ended at `since` or later: their access tokens may still be about.
    fn grants_ended_since(&self, since: Timestamp) -> StoreFuture<'_, Vec<(String, Timestamp)>>;
}
