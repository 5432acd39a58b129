//! The token endpoint of a provider (RFC 6749 sections 4.1.3, 5 and 6), and the one for revocation, which knows us in the same
//! way (RFC 7009).

use std::time::Duration;

use ::url::form_urlencoded::{Serializer, byte_serialize};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

use super::{OAuthClient, answers};
use crate::{
    Secret,
    http::{HttpClient, Incoming, Outgoing},
    store::Timestamp,
    upstream::{Leg, SignInError, Tokens},
};

const TIME: Duration = Duration::from_secs(10);
const SIZE: usize = 256 * 1024;

/// How we say who we are (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::upstream) enum TokenEndpointAuthentication {
    Basic,
    Post,
    /// The client id alone: PKCE proves the rest.
    None,
}

/// Where codes and refresh tokens become tokens.
pub(in crate::upstream) struct TokenEndpoint<'a> {
    pub(in crate::upstream) http: &'a HttpClient,
    pub(in crate::upstream) url: &'a str,
    pub(in crate::upstream) client: &'a OAuthClient,
    pub(in crate::upstream) authentication: TokenEndpointAuthentication,
}

/// What a code was exchanged for.
pub(in crate::upstream) struct Granted {
    pub(in crate::upstream) tokens: Tokens,
    pub(in crate::upstream) id_token: Option<Secret>,
}

/// What it answers, good or bad. Nothing of it is printed.
#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    access_token: Option<String>,
    token_type: Option<String>,
    scope: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    /// A number; some write it as a text.
    expires_in: Option<Value>,
}

impl TokenEndpoint<'_> {
    /// The tokens for `code`, which came back on this leg.
    pub(in crate::upstream) async fn redeem(
        &self,
        code: &Secret,
        leg: &Leg,
        now: Timestamp,
    ) -> Result<Granted, SignInError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", &leg.redirect_uri),
            ("code_verifier", leg.code_verifier.expose()),
        ];
        self.ask(&form, now).await
    }

    /// The tokens after `tokens`. What is not said again stays as it is (RFC 6749 sections 5.1 and 6).
    pub(in crate::upstream) async fn refresh(
        &self,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Tokens, SignInError> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(SignInError::Refused("there is no refresh token".to_owned()));
        };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let mut renewed = self.ask(&form, now).await?.tokens;
        renewed.refresh_token = renewed.refresh_token.or_else(|| tokens.refresh_token.clone());
        renewed.scopes = renewed.scopes.or_else(|| tokens.scopes.clone());
        Ok(renewed)
    }

    /// These are not needed any more (RFC 7009 section 2.1): with a refresh token its access tokens end too.
    pub(in crate::upstream) async fn revoke(&self, tokens: &Tokens) -> Result<(), SignInError> {
        let (token, hint) = match &tokens.refresh_token {
            Some(refresh_token) => (refresh_token, "refresh_token"),
            None => (&tokens.access_token, "access_token"),
        };
        let answer = self.send(&[("token", token.expose()), ("token_type_hint", hint)]).await?;
        if answer.status == StatusCode::OK {
            return Ok(());
        }
        Err(answers::unexpected("a revocation", answer.status))
    }

    async fn send(&self, form: &[(&str, &str)]) -> Result<Incoming, SignInError> {
        let (headers, body) = self.request(form);
        let request = Outgoing {
            method: Method::POST,
            url: self.url.to_owned(),
            headers,
            body,
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http.send(request).await.map_err(|error| answers::failed(&error))?;
        match answers::outage(&answer) {
            Some(outage) => Err(SignInError::Unavailable(outage)),
            None => Ok(answer),
        }
    }

    async fn ask(&self, form: &[(&str, &str)], now: Timestamp) -> Result<Granted, SignInError> {
        let answer = self.send(form).await?;
        let parsed: Option<Answer> = serde_json::from_slice(&answer.body).ok();
        match parsed {
            Some(Answer { error: Some(error), .. }) => Err(answers::said(&error)),
            Some(parsed) if answer.status == StatusCode::OK => granted(parsed, now),
            None if answer.status == StatusCode::OK => {
                Err(SignInError::Unavailable("what it answers is not JSON".into()))
            }
            _ => Err(answers::unexpected("a request for a token", answer.status)),
        }
    }

    /// The form, with who we are in it or beside it.
    fn request(&self, form: &[(&str, &str)]) -> (HeaderMap, Bytes) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut body = Serializer::new(String::new());
        body.extend_pairs(form);
        let id = &self.client.client_id;
        match (self.authentication, &self.client.client_secret) {
            (TokenEndpointAuthentication::Basic, Some(secret)) => {
                headers.insert(header::AUTHORIZATION, basic(id, secret));
            }
            (TokenEndpointAuthentication::Post, Some(secret)) => {
                body.append_pair("client_id", id).append_pair("client_secret", secret.expose());
            }
            _ => drop(body.append_pair("client_id", id)),
        }
        (headers, Bytes::from(body.finish()))
    }
}

/// Both parts are encoded as in a form first: they may hold a colon, or letters beyond ASCII.
fn basic(id: &str, secret: &Secret) -> HeaderValue {
    let encoded = |part: &str| byte_serialize(part.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret.expose())));
    // Base64 always fits. Sensitive: whoever logs headers prints "Sensitive".
    let mut value =
        HeaderValue::try_from(format!("Basic {pair}")).unwrap_or(HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

fn granted(answer: Answer, now: Timestamp) -> Result<Granted, SignInError> {
    let is_bearer = answer.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = answer.access_token.filter(|token| is_bearer && is_token(token));
    let Some(access_token) = token else {
        return Err(SignInError::Unavailable("its answer holds no bearer token".into()));
    };
    let mut scopes: Vec<_> = answer.scope.as_deref().unwrap_or_default().split_ascii_whitespace().collect();
    scopes.sort_unstable();
    scopes.dedup();
    let tokens = Tokens {
        access_token: Secret::from(access_token),
        refresh_token: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::from),
        scopes: (!scopes.is_empty()).then(|| scopes.join(" ")),
        expires_at: answer.expires_in.as_ref().and_then(seconds).map(|lifetime| now.plus(lifetime)),
    };
    Ok(Granted { tokens, id_token: answer.id_token.map(Secret::from) })
}

/// Whether it can stand in a header (RFC 6750 section 2.1).
pub(in crate::upstream) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    Some(Duration::from_secs(seconds))
}

/// What a request with this token says.
pub(in crate::upstream) fn bearer(token: &Secret) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    if let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", token.expose())) {
        // Whoever logs headers prints "Sensitive".
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    headers
}
