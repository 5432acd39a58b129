//! The end of a token, told to GitHub.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{
    GitHub, answers,
    exchange::{SIZE, TIME},
};
use crate::{
    http::Outgoing,
    store::Timestamp,
    upstream::{SignInError, Tokens},
};

impl GitHub {
    /// `DELETE /applications/{client_id}/token`: this token and no other, so that what the person approved for the app, and
    /// its other tokens, stay.
    pub(super) async fn end_token(&self, tokens: &Tokens, now: Timestamp) -> Result<bool, SignInError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if !self.client_id.bytes().all(plain) {
            return Err(SignInError::Misconfigured("the client id cannot stand in a path".to_owned()));
        }
        let credentials = format!("{}:{}", self.client_id, self.client_secret.expose());
        let mut basic = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials)))
            .map_err(|_| SignInError::Misconfigured("the client secret is no header".to_owned()))?;
        basic.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, basic);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = serde_json::json!({ "access_token": tokens.access_token.expose() });
        let request = Outgoing {
            method: Method::DELETE,
            url: format!("{}/applications/{}/token", self.api_url(), self.client_id),
            headers,
            body: body.to_string().into(),
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http()?.send(request).await.map_err(|error| answers::failed(&error))?;
        if let Some(outage) = answers::outage(&answer, now) {
            return Err(SignInError::Unavailable(outage));
        }
        match answer.status {
            StatusCode::NO_CONTENT => Ok(true),
            // It has ended there already.
            StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => Ok(false),
            status => Err(answers::unexpected("the end of a token", status)),
        }
    }
}
