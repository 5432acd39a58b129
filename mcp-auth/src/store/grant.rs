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

/// Which grants: those that fit everything that is said. Nothing said: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// Those of this person.
    pub person: Option<Person>,
    /// Those of this client.
    pub client_id: Option<String>,
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

    /// Grants that live at `now`, by their ids: the first `most` whose id comes after `after`.
    fn grants<'a>(
        &'a self,
        filter: &'a GrantFilter,
        after: Option<&'a str>,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<GrantRecord>>;

    /// Ends at most `most` grants that have not ended, those that ran out included, and returns them as they are then:
    /// fewer than `most` are all that there were. With them go all codes of the filter that nobody has redeemed, so that no
    /// grant comes after the end.
    fn end_grants<'a>(
        &'a self,
        filter: &'a GrantFilter,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<GrantRecord>>;

    /// The ids of the grants that ended at `since` or later: their access tokens may still be about.
    fn grants_ended_since(&self, since: Timestamp) -> StoreFuture<'_, Vec<(String, Timestamp)>>;
}
