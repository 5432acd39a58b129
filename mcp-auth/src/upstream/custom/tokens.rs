//! The exchange of a code or a refresh token, where a provider has a way of its own.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Serialize;
use serde_json::Value;

use super::{OAuthApp, ProviderError};
use crate::{
    Secret,
    http::{HttpClient, Outgoing},
    store::Timestamp,
    upstream::{
        Leg, SignInError, Tokens,
        oauth::{self, TokenEndpoint},
    },
};

const TIME: Duration = Duration::from_secs(10);
const SIZE: usize = 256 * 1024;

/// What a provider gave for a person. It cannot be printed.
pub struct ProviderTokens {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Option<Secret>,
    pub(super) scopes: Option<String>,
    pub(super) lifetime: Option<Duration>,
}

impl ProviderTokens {
    /// An access token that lives until it is revoked.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self { access_token: access_token.into(), refresh_token: None, scopes: None, lifetime: None }
    }

    /// The refresh token beside it.
    #[must_use]
    pub fn with_refresh_token(mut self, token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// How long the access token is good, from now.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// What was granted, with spaces between the scopes.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = Some(scopes.into());
        self
    }

    pub(super) fn into_tokens(self, now: Timestamp) -> Tokens {
        Tokens {
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            scopes: self.scopes,
            expires_at: self.lifetime.map(|lifetime| now.plus(lifetime)),
        }
    }
}

impl fmt::Debug for ProviderTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderTokens").finish_non_exhaustive()
    }
}

/// What is exchanged for tokens.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum TokenGrant<'a> {
    /// A code that came back to our callback, of a sign-in that this browser began.
    Code {
        /// The code.
        code: &'a Secret,
        /// Our callback, as it was said where the person was sent.
        redirect_uri: &'a str,
        /// The proof that the code is ours (RFC 7636).
        code_verifier: &'a Secret,
    },
    /// The refresh token of a sign-in.
    RefreshToken(&'a Secret),
}

/// An exchange that is due, given to [`Provider::tokens`](super::Provider::tokens).
pub struct TokenRequest<'a> {
    pub(super) http: &'a HttpClient,
    pub(super) app: &'a OAuthApp,
    pub(super) exchanged: Exchanged<'a>,
    pub(super) now: Timestamp,
}

pub(super) enum Exchanged<'a> {
    Code(&'a Secret, &'a Leg),
    Refresh(&'a Tokens),
}

impl TokenRequest<'_> {
    /// What is exchanged.
    ///
    /// # Errors
    ///
    /// [`ProviderError`] where the person has no refresh token.
    pub fn grant(&self) -> Result<TokenGrant<'_>, ProviderError> {
        match &self.exchanged {
            Exchanged::Code(code, leg) => Ok(TokenGrant::Code {
                code,
                redirect_uri: &leg.redirect_uri,
                code_verifier: &leg.code_verifier,
            }),
            Exchanged::Refresh(tokens) => {
                let token = tokens.refresh_token.as_ref().map(TokenGrant::RefreshToken);
                token.ok_or_else(|| ProviderError::refused("there is no refresh token"))
            }
        }
    }

    /// As RFC 6749 has it (sections 4.1.3 and 6): a form, answered by JSON.
    ///
    /// # Errors
    ///
    /// [`ProviderError`], which says who must act.
    pub async fn send(self) -> Result<ProviderTokens, ProviderError> {
        let Self { http, app, exchanged, now } = self;
        let (url, client) = (app.token_url.as_str(), &app.client);
        let endpoint = TokenEndpoint { http, url, client, authentication: app.authentication };
        let tokens = match exchanged {
            Exchanged::Code(code, leg) => endpoint.redeem(code, leg, now).await?.tokens,
            Exchanged::Refresh(tokens) => endpoint.refresh(tokens, now).await?,
        };
        let left = |end: Timestamp| end.as_millis().saturating_sub(now.as_millis());
        Ok(ProviderTokens {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            scopes: tokens.scopes,
            lifetime: tokens.expires_at.map(|end| Duration::from_millis(left(end))),
        })
    }

    /// POST of JSON to the token URL, for services that want that; the answer, whatever its status, with what it says.
    ///
    /// # Errors
    ///
    /// [`ProviderError`] where it cannot answer now, or answers no JSON.
    pub async fn post_json(&self, body: &(impl Serialize + Sync)) -> Result<(u16, Value), ProviderError> {
        let body = serde_json::to_vec(body);
        let body = body.map_err(|_| ProviderError::misconfigured("the request cannot be written as JSON"))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request = Outgoing {
            method: Method::POST,
            url: self.app.token_url.clone(),
            headers,
            body: Bytes::from(body),
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http.send(request).await.map_err(|error| oauth::answers::failed(&error))?;
        if let Some(outage) = oauth::answers::outage(&answer) {
            return Err(SignInError::Unavailable(outage).into());
        }
        let value = serde_json::from_slice(&answer.body);
        let value = value.map_err(|_| ProviderError::unavailable("what it answers is not JSON"))?;
        Ok((answer.status.as_u16(), value))
    }
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("app", self.app).finish_non_exhaustive()
    }
}
