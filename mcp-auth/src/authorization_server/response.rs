//! The authorization response: what the client gets through the person's browser (RFC 6749 section 4.1.2).

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

use super::{IssuerUrl, OAuthError, redirect_uri};
use crate::Secret;

/// The way back to the client. Whoever has one has checked the redirect URI: nothing else leads away from here.
#[derive(Debug, Clone)]
pub(crate) struct WayBack {
    redirect_uri: String,
    state: Option<String>,
    issuer: String,
    client_id: String,
}

impl WayBack {
    /// `uri` is one of the client's. It has to be one that may be registered, whoever kept it: a `javascript:` that got
    /// into the store gets no further.
    pub(crate) fn new(issuer: &IssuerUrl, uri: &str, state: Option<&str>) -> Result<Self, &'static str> {
        redirect_uri::check(uri)?;
        Ok(Self {
            redirect_uri: uri.to_owned(),
            state: state.map(str::to_owned),
            issuer: issuer.as_str().to_owned(),
            client_id: String::new(),
        })
    }

    /// Whose it is, for the audit.
    pub(crate) fn of_client(mut self, client_id: &str) -> Self {
        client_id.clone_into(&mut self.client_id);
        self
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The code (RFC 6749 section 4.1.2).
    pub(crate) fn code(&self, code: &Secret) -> Response<Body> {
        self.answer(&[("code", code.expose())])
    }

    /// The refusal (RFC 6749 section 4.1.2.1).
    pub(crate) fn error(&self, error: &OAuthError) -> Response<Body> {
        tracing::debug!(error = error.code, description = error.description, "authorization refused");
        self.answer(&[("error", error.code), ("error_description", &error.description)])
    }

    /// With `state` as it was sent, and with `iss` on success and on failure, so that no client takes our answer for
    /// that of somebody else (RFC 9207 section 2).
    fn answer(&self, members: &[(&str, &str)]) -> Response<Body> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(members);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer);
        // A query of its own is kept, as it is (RFC 6749 section 3.1.2).
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        see_other(&format!("{}{separator}{}", self.redirect_uri, query.finish()))
    }
}

/// 303, never 307: a form that was posted to us must not be posted on (RFC 9700 section 4.12). The URL may hold a code or a
/// state, so nobody keeps it and the next page does not learn it (section 4.2.4).
pub(crate) fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let Ok(mut location) = HeaderValue::try_from(location) else {
        tracing::error!("a redirect is not printable ASCII");
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    location.set_sensitive(true);
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
