//! The `UserInfo` endpoint (OpenID Connect Core section 5.3).

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::{Oidc, discovered::Known};
use crate::{
    Secret,
    http::Outgoing,
    upstream::{SignInError, oauth},
};

const TIME: Duration = Duration::from_secs(10);
const SIZE: usize = 256 * 1024;

impl Oidc {
    /// What it says of the person with this `sub`; `None` where it says nothing that can be used, because a name on a page is
    /// not worth a sign-in.
    ///
    /// An answer about somebody else is refused, and the sign-in with it: tokens were exchanged (section 5.3.2).
    pub(super) async fn user_info(
        &self,
        known: &Known,
        token: &Secret,
        subject: &str,
    ) -> Result<Option<Map<String, Value>>, SignInError> {
        let claims = match self.ask_user_info(known, token).await {
            Ok(Some(claims)) => claims,
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::info!(provider = self.id, %error, "the issuer does not say what to call somebody");
                return Ok(None);
            }
        };
        if claims.get("sub").and_then(Value::as_str) == Some(subject) {
            return Ok(Some(claims));
        }
        Err(SignInError::Refused("its UserInfo is about somebody else".to_owned()))
    }

    /// What it says of the person whose token this is; `None`: it has no such endpoint.
    pub(super) async fn ask_user_info(
        &self,
        known: &Known,
        token: &Secret,
    ) -> Result<Option<Map<String, Value>>, SignInError> {
        let Some(url) = known.metadata.userinfo_endpoint.clone() else { return Ok(None) };
        let request = Outgoing {
            method: Method::GET,
            url,
            headers: oauth::bearer(token),
            body: Bytes::new(),
            time: TIME,
            limit: SIZE,
        };
        let answer = self.http()?.send(request).await.map_err(|error| oauth::answers::failed(&error))?;
        if let Some(outage) = oauth::answers::outage(&answer) {
            return Err(SignInError::Unavailable(outage));
        }
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(SignInError::Refused("the token is not good".to_owned())),
            status => return Err(oauth::answers::unexpected("the question whose token it is", status)),
        }
        // A signed answer is for clients that have asked for one, and we have not.
        let unreadable = |_| SignInError::Unavailable("what it says about somebody is not JSON".into());
        serde_json::from_slice(&answer.body).map(Some).map_err(unreadable)
    }
}
