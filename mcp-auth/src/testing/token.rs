//! A token of a test, good until told otherwise.

use std::time::Duration;

use serde_json::Value;

use crate::{DevelopmentToken, development::DevelopmentTokenBuilder};

const HOUR: u64 = 60 * 60;

/// A token on its way: good for an hour, and for the server that it was asked of
/// ([`TestServer::token`](super::TestServer::token)). One word makes it bad in one way.
///
/// ```
/// use mcp_auth::testing::TestIssuer;
///
/// let issuer = TestIssuer::new();
/// let token = issuer.token("alice").audience("https://notes.example.com/mcp").scopes("notes:read");
/// let late = token.clone().expired().issue();
/// println!("Authorization: Bearer {}", late.expose());
/// ```
#[must_use = "a token is made by `issue`"]
#[derive(Clone, Debug)]
pub struct TestTokenBuilder(DevelopmentTokenBuilder);

impl TestTokenBuilder {
    pub(super) fn new(token: DevelopmentTokenBuilder) -> Self {
        Self(token)
    }

    /// The scopes, with spaces between them.
    pub fn scopes(self, scopes: &str) -> Self {
        Self(self.0.scopes(scopes))
    }

    /// Without any scope.
    pub fn narrow(self) -> Self {
        self.without("scope")
    }

    /// The client that the caller uses; `development` unless set.
    pub fn client(self, client_id: &str) -> Self {
        Self(self.0.client(client_id))
    }

    /// For whom the token is: the URL of the resource, or what the server expects instead.
    pub fn audience(self, audience: &str) -> Self {
        Self(self.0.audience(audience))
    }

    /// How long the token is good, from now.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        Self(self.0.expires_in(lifetime))
    }

    /// Ended an hour ago.
    pub fn expired(self) -> Self {
        Self(self.0.expired())
    }

    /// Begins in an hour.
    pub fn not_yet_valid(self) -> Self {
        let begins = self.0.now().saturating_add(HOUR);
        self.claim("nbf", begins).claim("exp", begins.saturating_add(HOUR))
    }

    /// For somebody else.
    pub fn wrong_audience(self) -> Self {
        self.audience("https://somebody-else.example/mcp")
    }

    /// Signed by this issuer, in the name of another one.
    pub fn wrong_issuer(self) -> Self {
        self.claim("iss", "https://somebody-else.example")
    }

    /// With a signature that is not its own.
    pub fn badly_signed(self) -> Self {
        Self(self.0.badly_signed())
    }

    /// An ID token of OpenID Connect instead: it tells a client who has signed in, and opens nothing.
    pub fn id_token(self) -> Self {
        self.header("typ", "JWT")
            .narrow()
            .claim("nonce", "n-0S6_WzA2Mj")
            .claim("at_hash", "MTIzNDU2Nzg5MDEyMzQ1Ng")
    }

    /// This claim, whatever was there before.
    pub fn claim(self, name: &str, value: impl Into<Value>) -> Self {
        Self(self.0.claim(name, value))
    }

    /// Without this claim.
    pub fn without(self, name: &str) -> Self {
        Self(self.0.without(name))
    }

    /// This member of the header, whatever was there before. The signature is always ES256.
    pub fn header(self, name: &str, value: impl Into<Value>) -> Self {
        Self(self.0.header(name, value))
    }

    /// Without this member of the header.
    pub fn without_header(self, name: &str) -> Self {
        Self(self.0.without_header(name))
    }

    /// The token. It is printed on purpose only.
    pub fn issue(self) -> DevelopmentToken {
        self.0.issue()
    }
}
