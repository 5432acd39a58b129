//! The API of a provider, with the token of the one who signs in.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;

use super::{OAuthApp, ProviderError};
use crate::{
    Secret,
    http::{HttpClient, Outgoing},
    upstream::{SignInError, oauth, request::within},
};

const TIME: Duration = Duration::from_secs(10);
const SIZE: usize = 1024 * 1024;

/// A provider's API, asked with the token of somebody who is about to sign in.
pub struct ProviderApi<'a> {
    pub(super) http: &'a HttpClient,
    pub(super) app: &'a OAuthApp,
    pub(super) token: &'a Secret,
}

impl ProviderApi<'_> {
    /// GET `path` of the API, such as `/user`, read as JSON. Redirects are not followed, and only the API's own addresses are
    /// reached.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]: the token is refused (401), the service cannot answer now (5xx, 429, nothing at all), or answers what
    /// is not expected.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ProviderError> {
        let api = self.app.api_url.as_deref().ok_or("there is no `with_api_url`");
        let url = api.and_then(|api| within(api, path)).map_err(ProviderError::misconfigured)?;
        let request = Outgoing {
            method: Method::GET,
            url,
            headers: oauth::bearer(self.token),
            body: Bytes::new(),
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http.send(request).await.map_err(|error| oauth::answers::failed(&error))?;
        if let Some(outage) = oauth::answers::outage(&answer) {
            return Err(SignInError::Unavailable(outage).into());
        }
        match answer.status {
            status if status.is_success() => {}
            StatusCode::UNAUTHORIZED => return Err(ProviderError::refused("the token is not good")),
            status => return Err(oauth::answers::unexpected("a question to the API", status).into()),
        }
        // What stands in the answer is not for the log.
        serde_json::from_slice(&answer.body)
            .map_err(|_| ProviderError::unavailable("what the API answers cannot be read"))
    }

    /// The token, for a client library of the service.
    pub fn token(&self) -> &Secret {
        self.token
    }
}

impl fmt::Debug for ProviderApi<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderApi").field("app", self.app).finish_non_exhaustive()
    }
}
