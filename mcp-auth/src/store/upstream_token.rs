//! Tokens of providers, sealed: one for each person and set of scopes, however many clients they use.

use super::{Person, StoreFuture, Timestamp};

/// One upstream token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamTokenRecord {
    /// Its id.
    pub id: String,
    /// Whose it is; the provider is theirs.
    pub person: Person,
    /// The scopes at the provider, sorted, with spaces between them.
    pub scopes: String,
    /// The access and refresh token, sealed and bound to `id`. Opaque to the store.
    pub sealed: Vec<u8>,
    /// Counts the changes of `sealed`.
    pub version: u64,
    /// When the access token ends, if the provider says so.
    pub expires_at: Option<Timestamp>,
}

/// Upstream tokens.
pub trait UpstreamTokenStore {
    /// The id under which the token of this person and these scopes is kept, if there is one.
    fn upstream_token_id<'a>(
        &'a self,
        person: &'a Person,
        scopes: &'a str,
    ) -> StoreFuture<'a, Option<String>>;

    /// Keeps a token of a new sign-in. One of the same person and scopes that is there under the same id is replaced (and
    /// its version counted on); one under another id makes this return false, and nothing changed. So does an id that is
    /// somebody else's, or that has ended: ids and their versions never come back.
    fn put_upstream_token(&self, token: UpstreamTokenRecord) -> StoreFuture<'_, bool>;

    /// The token of this id.
    fn upstream_token<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<UpstreamTokenRecord>>;

    /// Gives `holder` alone the right to renew the token at the provider, before the time `until`: whether they have it now.
    /// They do not where the token is not of this version any more, or somebody else has the right and their time is not over.
    /// Who has it may ask again, for longer or, with `until` not after `now`, to give it back; any change of the token ends it.
    ///
    /// It keeps two processes from using a refresh token that is good once. It does not fence: who is late finds another
    /// version, and [`swap_upstream_token`](Self::swap_upstream_token) refuses them.
    fn lease_upstream_token<'a>(
        &'a self,
        id: &'a str,
        version: u64,
        holder: &'a str,
        until: Timestamp,
        now: Timestamp,
    ) -> StoreFuture<'a, bool>;

    /// Replaces what is sealed, if nobody else has since `token.version` was read; it becomes the next version.
    fn swap_upstream_token(&self, token: UpstreamTokenRecord) -> StoreFuture<'_, bool>;

    /// Tokens by their ids: the first `most` whose id comes after `after`.
    fn upstream_tokens<'a>(
        &'a self,
        after: Option<&'a str>,
        most: usize,
    ) -> StoreFuture<'a, Vec<UpstreamTokenRecord>>;

    /// Replaces what is sealed by the same under another key, if it is still `before`. The version stays: nobody who has
    /// read the token has to read it again.
    fn reseal_upstream_token<'a>(
        &'a self,
        id: &'a str,
        before: &'a [u8],
        after: Vec<u8>,
    ) -> StoreFuture<'a, bool>;

    /// Removes the token if neither a grant that lives at `now` nor a code that could still become one uses it, and ends
    /// the sessions that came with it. Returns what was removed.
    fn release_upstream_token<'a>(
        &'a self,
        id: &'a str,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<UpstreamTokenRecord>>;

    /// The provider refuses the token: removes it, if it is still of this version, and ends all grants and sessions that
    /// use it, with the codes that nobody has redeemed. Returns the ids of these grants.
    fn end_upstream_token<'a>(
        &'a self,
        id: &'a str,
        version: u64,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<String>>;
}
