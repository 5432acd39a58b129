//! Why a caller is not known, sorted by who must act.

use std::{fmt, time::Duration};

/// Why a request has no [`AuthInfo`](super::AuthInfo). No text of it contains token material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthenticateError {
    /// The client's programmer: the request itself is wrong. 400 `invalid_request` (RFC 6750 section 3.1).
    Malformed(&'static str),
    /// The client: it needs another token. 401 `invalid_token`. The reason is for the log, not for the answer.
    Invalid(Reason),
    /// The issuer or us: the token may be good. 503 with `Retry-After`, never 401, because clients throw a token away
    /// on 401.
    Unavailable {
        /// When a new attempt can succeed.
        retry_after: Duration,
    },
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its issuer says that it is not good: revoked, expired, or never issued.
    Inactive,
    /// It is no signed JWT in compact form.
    NotAJwt,
    /// The header says something that forbids to go on.
    Header(&'static str),
    /// The algorithm is not allowed, or not the one of the key.
    Algorithm,
    /// A JWT, but of another kind: an ID token, a refresh token, a proof.
    BadType,
    /// The header asks for extensions that nobody here understands (RFC 7515 section 4.1.11).
    Crit,
    /// The issuer has no such key.
    UnknownKey,
    /// The token names no key, and several would do.
    AmbiguousKey,
    /// The signature does not fit.
    BadSignature,
    /// From somebody else.
    WrongIssuer,
    /// For somebody else.
    WrongAudience,
    /// Not valid any more.
    Expired,
    /// Not valid yet, or issued in the future.
    NotYetValid,
    /// A claim is missing without which no token is good.
    MissingClaim(&'static str),
    /// A claim has a value of the wrong kind.
    BadClaim(&'static str),
    /// The token is bound to a key of the client (`cnf`) and came without a proof (RFC 9449 section 7.2).
    SenderConstrained,
}

impl AuthenticateError {
    /// One word, for measurements.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Unavailable { .. } => "unavailable",
            Self::Invalid(reason) => match reason {
                Reason::Inactive => "inactive",
                Reason::Expired => "expired",
                Reason::NotYetValid => "not_yet_valid",
                Reason::UnknownKey | Reason::AmbiguousKey | Reason::BadSignature => "bad_signature",
                Reason::WrongIssuer => "wrong_issuer",
                Reason::WrongAudience => "wrong_audience",
                _ => "invalid",
            },
        }
    }
}

impl fmt::Display for AuthenticateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => f.write_str(what),
            Self::Invalid(reason) => reason.fmt(f),
            Self::Unavailable { .. } => f.write_str("the token cannot be checked now"),
        }
    }
}

impl std::error::Error for AuthenticateError {}

impl From<Reason> for AuthenticateError {
    fn from(reason: Reason) -> Self {
        Self::Invalid(reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactive => f.write_str("the token's issuer says that it is not good"),
            Self::NotAJwt => f.write_str("the token is not a signed JWT"),
            Self::Header(what) => write!(f, "the token's header is refused: {what}"),
            Self::Algorithm => f.write_str("the token's algorithm is not allowed for its key"),
            Self::BadType => f.write_str("the token is not an access token"),
            Self::Crit => f.write_str("the token requires extensions"),
            Self::UnknownKey => f.write_str("the token's key is not one of the issuer's"),
            Self::AmbiguousKey => f.write_str("the token names no key and the issuer has several"),
            Self::BadSignature => f.write_str("the token's signature is wrong"),
            Self::WrongIssuer => f.write_str("the token is from another issuer"),
            Self::WrongAudience => f.write_str("the token is for another audience"),
            Self::Expired => f.write_str("the token has expired"),
            Self::NotYetValid => f.write_str("the token is not valid yet"),
            Self::MissingClaim(name) => write!(f, "the token has no claim `{name}`"),
            Self::BadClaim(name) => write!(f, "the token's claim `{name}` has a wrong value"),
            Self::SenderConstrained => f.write_str("the token is bound to a key that was not proven"),
        }
    }
}
