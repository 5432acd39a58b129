//! The API to which an issuer's tokens belong.

use http::HeaderMap;

use super::Oidc;
use crate::{
    Secret,
    http::{HttpClient, Incoming},
    store::Timestamp,
    upstream::{Outage, SignInError, oauth, service::Service},
};

impl Service for Oidc {
    fn api_url(&self) -> String {
        Self::api_url(self).to_owned()
    }

    fn http(&self) -> Result<&HttpClient, SignInError> {
        Self::http(self)
    }

    fn headers(&self, token: &Secret) -> HeaderMap {
        oauth::bearer(token)
    }

    fn outage(&self, answer: &Incoming, _now: Timestamp) -> Option<Outage> {
        oauth::answers::outage(answer)
    }
}
