//! Whose token it is: GitHub's numeric id, since logins change hands.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;

use super::{GitHub, answers};
use crate::{
    Secret,
    http::Outgoing,
    store::{Person, Timestamp},
    upstream::SignInError,
};

const TIME: Duration = Duration::from_secs(10);
const SIZE: usize = 256 * 1024;

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
}

impl GitHub {
    /// The person to whom GitHub gave `token`.
    pub(super) async fn whose(&self, token: &Secret, now: Timestamp) -> Result<Person, SignInError> {
        let request = Outgoing {
            method: Method::GET,
            url: format!("{}/user", self.api_url()),
            headers: headers(token),
            body: Bytes::new(),
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http()?.send(request).await.map_err(|error| answers::failed(&error))?;
        if let Some(outage) = answers::outage(&answer, now) {
            return Err(SignInError::Unavailable(outage));
        }
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(SignInError::Refused("the token is not good".to_owned())),
            status => return Err(answers::unexpected("the question whose token it is", status)),
        }
        let user: User = serde_json::from_slice(&answer.body)
            .map_err(|_| SignInError::Unavailable("it does not say whose token it is".into()))?;
        Ok(Person { provider: self.id.clone(), id: user.id.to_string(), name: user.login })
    }
}

/// What every request to the API says.
pub(super) fn headers(token: &Secret) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
    headers.insert("x-github-api-version", HeaderValue::from_static("2022-11-28"));
    if let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", token.expose())) {
        // Whoever logs headers prints "Sensitive".
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    headers
}
