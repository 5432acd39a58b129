//! GitHub's token endpoint, which answers errors with 200 and names scopes with commas.

use std::time::Duration;

use ::url::form_urlencoded::Serializer;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

use super::{GitHub, answers, scopes};
use crate::{
    Secret,
    http::Outgoing,
    store::Timestamp,
    upstream::{Leg, SignInError, Tokens},
};

pub(super) const TIME: Duration = Duration::from_secs(10);
pub(super) const SIZE: usize = 64 * 1024;

/// What it answers, good or bad. Nothing of it is printed.
#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    access_token: Option<String>,
    token_type: Option<String>,
    scope: Option<String>,
    refresh_token: Option<String>,
    /// A number; where forms are turned into JSON, a text.
    expires_in: Option<Value>,
}

impl GitHub {
    /// The tokens for `code`, which came back on this leg.
    pub(super) async fn redeem(
        &self,
        code: &Secret,
        leg: &Leg,
        now: Timestamp,
    ) -> Result<Tokens, SignInError> {
        let form = [
            ("code", code.expose()),
            ("redirect_uri", &leg.redirect_uri),
            ("code_verifier", leg.code_verifier.expose()),
        ];
        self.ask(&form, now).await
    }

    /// The tokens after `tokens`: GitHub Apps give refresh tokens that are good once.
    pub(super) async fn renew(&self, tokens: &Tokens, now: Timestamp) -> Result<Tokens, SignInError> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(SignInError::Refused("there is no refresh token".to_owned()));
        };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let mut renewed = self.ask(&form, now).await?;
        // What is not said again stays as it is (RFC 6749 sections 5.1 and 6).
        renewed.refresh_token = renewed.refresh_token.or_else(|| tokens.refresh_token.clone());
        renewed.scopes = renewed.scopes.or_else(|| tokens.scopes.clone());
        Ok(renewed)
    }

    /// The form, with who we are.
    fn with_credentials(&self, form: &[(&str, &str)]) -> String {
        let mut body = Serializer::new(String::new());
        body.append_pair("client_id", &self.client_id);
        body.append_pair("client_secret", self.client_secret.expose());
        body.extend_pairs(form).finish()
    }

    async fn ask(&self, form: &[(&str, &str)], now: Timestamp) -> Result<Tokens, SignInError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let request = Outgoing {
            method: Method::POST,
            url: format!("{}/login/oauth/access_token", self.base_url),
            headers,
            body: Bytes::from(self.with_credentials(form)),
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http()?.send(request).await.map_err(|error| answers::failed(&error))?;
        if let Some(outage) = answers::outage(&answer, now) {
            return Err(SignInError::Unavailable(outage));
        }
        let parsed: Option<Answer> = serde_json::from_slice(&answer.body).ok();
        match parsed {
            Some(Answer { error: Some(error), .. }) => Err(answers::said(&error)),
            Some(parsed) if answer.status == StatusCode::OK => tokens(parsed, now),
            // Of an unknown client id, GitHub says 404.
            None if answer.status == StatusCode::OK => {
                Err(SignInError::Unavailable("what it answers is not JSON".into()))
            }
            _ => Err(answers::unexpected("a request for a token", answer.status)),
        }
    }
}

fn tokens(answer: Answer, now: Timestamp) -> Result<Tokens, SignInError> {
    let bearer = answer.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = answer.access_token.filter(|token| bearer && is_token(token));
    let Some(access_token) = token else {
        return Err(SignInError::Unavailable("its answer holds no bearer token".into()));
    };
    // GitHub Apps have permissions and no scopes, which their tokens say by how they begin.
    let has_scopes = !access_token.starts_with("ghu_");
    Ok(Tokens {
        access_token: Secret::from(access_token),
        refresh_token: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::from),
        scopes: answer.scope.as_deref().filter(|_| has_scopes).map(scopes::granted),
        expires_at: answer.expires_in.as_ref().and_then(seconds).map(|lifetime| now.plus(lifetime)),
    })
}

/// Whether it can stand in a header (RFC 6750 section 2.1).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    Some(Duration::from_secs(seconds))
}
