//! A token of the development issuer, good or deliberately bad.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::DevelopmentIssuer;
use crate::random;

const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A token on its way: everything a good one says is there, except the audience. Bad ones for tests are made by saying
/// something else ([`claim`](Self::claim), [`header`](Self::header)) or nothing ([`without`](Self::without)).
#[must_use = "a token is made by `issue`"]
#[derive(Clone)]
pub struct DevelopmentTokenBuilder {
    issuer: DevelopmentIssuer,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    badly_signed: bool,
}

impl DevelopmentTokenBuilder {
    pub(super) fn new(issuer: &DevelopmentIssuer, subject: String) -> Self {
        let builder =
            Self { issuer: issuer.clone(), header: Map::new(), claims: Map::new(), badly_signed: false };
        let issued_at = builder.now();
        builder
            .header("typ", "at+jwt")
            .header("alg", "ES256")
            .header("kid", issuer.key_id.as_str())
            .claim("iss", issuer.url.as_str())
            .claim("sub", subject)
            .claim("client_id", "development")
            .claim("iat", issued_at)
            .expires_in(LIFETIME)
    }

    /// The scopes, with spaces between them.
    pub fn scopes(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// The client that the caller uses; `development` unless set.
    pub fn client(self, client_id: &str) -> Self {
        self.claim("client_id", client_id)
    }

    /// For whom the token is: the URL of the resource.
    pub fn audience(self, resource: &str) -> Self {
        self.claim("aud", resource)
    }

    /// How long the token is good, from now; an hour unless set.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        let end = self.now().saturating_add(lifetime.as_secs());
        self.claim("exp", end)
    }

    /// A token that ended an hour ago.
    pub fn expired(self) -> Self {
        let end = self.now().saturating_sub(LIFETIME.as_secs());
        self.claim("iat", end.saturating_sub(1)).claim("exp", end)
    }

    /// A token with a signature that is not its own.
    pub fn badly_signed(mut self) -> Self {
        self.badly_signed = true;
        self
    }

    /// This claim, whatever was there before.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Without this claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// This member of the header, whatever was there before. The signature is always ES256.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Without this member of the header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// The token.
    pub fn issue(self) -> DevelopmentToken {
        let part = |members: Map<String, Value>| URL_SAFE_NO_PAD.encode(json!(members).to_string());
        let signed = format!("{}.{}", part(self.header), part(self.claims));
        let message = if self.badly_signed { "another message" } else { &signed };
        let signature = self.issuer.key_pair.sign(&random::system(), message.as_bytes());
        // Signing fails without memory only. A token with an empty signature is refused by everybody.
        let signature = signature.as_ref().map(AsRef::as_ref).unwrap_or_default();
        DevelopmentToken(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The issuer's time, in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.issuer.clock.unix().as_secs()
    }
}

impl fmt::Debug for DevelopmentTokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevelopmentTokenBuilder")
            .field("header", &self.header)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

/// An access token. It is printed on purpose only, with [`expose`](Self::expose).
#[derive(Clone)]
pub struct DevelopmentToken(String);

impl DevelopmentToken {
    /// The text of the token, for an `Authorization` header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DevelopmentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DevelopmentToken(…)")
    }
}
