//! Who is told that nothing comes of it: the person, or the client.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

use super::super::{Core, OAuthError, page, response::WayBack};
use crate::{random, store::StoreError};

/// The end of a request that does not go on.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The person reads it here: it is not known whom else to tell, or they alone can do something about it.
    Person(StatusCode, Box<page::ErrorView>),
    /// The client is told, by way of the browser (RFC 6749 section 4.1.2.1).
    Client(Box<(WayBack, OAuthError)>),
}

impl Refused {
    /// 400: what it is, and what the person can do.
    pub(crate) fn page(title: &str, message: impl Into<String>, help: &str) -> Self {
        Self::Person(StatusCode::BAD_REQUEST, Box::new(view(title, message, help)))
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        match self {
            Self::Person(_, view) => Self::Person(status, view),
            client @ Self::Client(_) => client,
        }
    }

    pub(crate) fn client(back: &WayBack, error: OAuthError) -> Self {
        Self::Client(Box::new((back.clone(), error)))
    }

    /// 503: a fault of ours, told as ours. The log says more under the reference.
    pub(crate) fn unavailable(error: &dyn std::error::Error) -> Self {
        let reference = random::reference();
        tracing::error!(%error, reference, "the authorization server cannot answer");
        let view = view(
            "This does not work right now",
            "The server has a problem of its own. Nothing was changed.",
            "Reload this page in a moment.",
        );
        let view = page::ErrorView { reference: Some(reference), ..view };
        Self::Person(StatusCode::SERVICE_UNAVAILABLE, Box::new(view))
    }

    pub(crate) fn into_response(self, core: &Core) -> Response<Body> {
        let (status, view) = match self {
            Self::Person(status, view) => (status, view),
            Self::Client(refused) => return refused.0.error(&refused.1),
        };
        let mut response = page::error(&core.branding, status, &view);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

fn view(title: &str, message: impl Into<String>, help: &str) -> page::ErrorView {
    page::ErrorView {
        title: title.to_owned(),
        message: message.into(),
        help: help.to_owned(),
        reference: None,
    }
}

/// Before the client is known.
impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<random::NoRandomness> for Refused {
    fn from(error: random::NoRandomness) -> Self {
        Self::unavailable(&error)
    }
}
