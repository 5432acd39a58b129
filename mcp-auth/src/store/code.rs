//! Authorization codes (RFC 6749 section 4.1.2).

use super::{Digest, GrantRecord, Person, RefreshTokenRecord, StoreFuture, Timestamp};

/// One authorization code, and everything that it was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRecord {
    /// The digest of the code.
    pub code: Digest,
    /// The client that asked.
    pub client_id: String,
    /// What the client's document said when the code was given, as JSON; `None` for a client that registered. Opaque to the
    /// store.
    pub client: Option<String>,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// The S256 challenge (RFC 7636 section 4.2).
    pub code_challenge: String,
    /// The resource that the tokens will be for (RFC 8707).
    pub resource: String,
    /// The scopes that the person agreed to.
    pub scopes: Vec<String>,
    /// Who agreed.
    pub person: Person,
    /// The id of the upstream token that came with the sign-in.
    pub upstream: Option<String>,
    /// When it is too late.
    pub expires_at: Timestamp,
    /// The id of the grant that it became.
    pub redeemed: Option<String>,
}

/// What became of a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// The code was used now, for the first time; grant and refresh token are kept.
    Done,
    /// It has been used before, or is too old, or was never given. Nothing changed.
    Refused,
}

/// Authorization codes.
pub trait CodeStore {
    /// Keeps a new code.
    fn insert_code(&self, code: CodeRecord) -> StoreFuture<'_, ()>;

    /// The code, also when it has been redeemed or has expired: its client has to be asked for a proof before anything
    /// follows from that.
    fn code<'a>(&'a self, code: &'a Digest) -> StoreFuture<'a, Option<CodeRecord>>;

    /// Uses the code: one caller, once, before it expires. In the same transaction `grant` and `refresh_token` are kept,
    /// and the code remembers the grant. An id that is taken or a token of another grant is an error, and changes nothing.
    fn redeem<'a>(
        &'a self,
        code: &'a Digest,
        grant: GrantRecord,
        refresh_token: RefreshTokenRecord,
        now: Timestamp,
    ) -> StoreFuture<'a, Redemption>;
}
