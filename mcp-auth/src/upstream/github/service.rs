//! GitHub's API.

use http::HeaderMap;

use super::{GitHub, ID, answers, person};
use crate::{
    Secret,
    http::{HttpClient, Incoming},
    store::Timestamp,
    upstream::{Outage, SignInError, UpstreamProvider, service::Service},
};

impl UpstreamProvider for GitHub {
    const ID: &'static str = ID;
}

impl Service for GitHub {
    fn api_url(&self) -> String {
        Self::api_url(self)
    }

    fn http(&self) -> Result<&HttpClient, SignInError> {
        Self::http(self)
    }

    fn headers(&self, token: &Secret) -> HeaderMap {
        person::headers(token)
    }

    fn outage(&self, answer: &Incoming, now: Timestamp) -> Option<Outage> {
        answers::outage(answer, now)
    }
}
