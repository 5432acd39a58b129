//! How an issuer lies, or somebody in its place.

/// What a fake issuer does wrong at the next sign-ins. None of these may sign anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OidcLie {
    /// The ID token has the `nonce` of another sign-in.
    WrongNonce,
    /// The ID token has no `nonce`.
    NoNonce,
    /// The ID token is for another client (`aud`).
    WrongAudience,
    /// The ID token is for this client among others, and was given to another (`azp`).
    OtherParty,
    /// The ID token is for this client among others, and does not say to whom it was given.
    NoParty,
    /// The ID token is from another issuer (`iss`).
    WrongIssuer,
    /// The ID token is not signed (`alg: none`).
    AlgorithmNone,
    /// The ID token is signed with the client secret (`HS256`).
    SymmetricAlgorithm,
    /// The signature is not the one of this ID token.
    BadSignature,
    /// The ID token is signed with a key that the issuer does not publish.
    UnknownKey,
    /// The ID token ended an hour ago.
    Expired,
    /// The ID token begins in an hour.
    NotYetValid,
    /// The ID token belongs to another access token (`at_hash`).
    OtherAccessToken,
    /// The header says that it is an access token (`typ: at+jwt`).
    AccessTokenType,
    /// There is no ID token.
    NoIdToken,
    /// The ID token has no subject.
    NoSubject,
    /// The subject is not a text.
    SubjectOfOtherType,
    /// `UserInfo` is about somebody else.
    UserInfoOfAnother,
    /// The answer in the browser names another issuer (RFC 9207).
    OtherIssuersAnswer,
    /// The answer in the browser names no issuer, though the metadata promise it.
    UnnamedAnswer,
    /// The metadata are those of another issuer.
    OtherIssuersMetadata,
}

impl OidcLie {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::WrongNonce,
        Self::NoNonce,
        Self::WrongAudience,
        Self::OtherParty,
        Self::NoParty,
        Self::WrongIssuer,
        Self::AlgorithmNone,
        Self::SymmetricAlgorithm,
        Self::BadSignature,
        Self::UnknownKey,
        Self::Expired,
        Self::NotYetValid,
        Self::OtherAccessToken,
        Self::AccessTokenType,
        Self::NoIdToken,
        Self::NoSubject,
        Self::SubjectOfOtherType,
        Self::UserInfoOfAnother,
        Self::OtherIssuersAnswer,
        Self::UnnamedAnswer,
        Self::OtherIssuersMetadata,
    ];
}
