//! Who is told that nothing comes of it: the person, or the client.

use std::error::Error;

use axum::body::Body;
use http::Response;

use super::super::{
    Core, NoClient, NoDocument, OAuthError,
    page::{self, Fault},
    response::WayBack,
};
use crate::{
    AuditEvent, AuditKind,
    random::{self, NoRandomness},
    store::StoreError,
};

/// What strangers can write into the log with one request, in characters.
const MOST_LOGGED: usize = 1000;

/// The end of a request that does not go on.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The person reads it here: it is not known whom else to tell, or they alone can do something about it. What only
    /// a developer understands is in the log, under the reference.
    Person { fault: Fault, reference: String },
    /// The client is told, by way of the browser (RFC 6749 section 4.1.2.1).
    Client(Box<(WayBack, OAuthError)>),
}

impl Refused {
    /// `why` is for the log. It may hold what strangers sent, and no secret.
    pub(crate) fn person(fault: Fault, why: &str) -> Self {
        let reference = random::reference();
        let why: String = why.chars().take(MOST_LOGGED).collect();
        tracing::info!(?fault, why, reference, "the authorization server shows an error page");
        Self::Person { fault, reference }
    }

    pub(crate) fn client(back: &WayBack, error: OAuthError) -> Self {
        Self::Client(Box::new((back.clone(), error)))
    }

    /// A fault of ours, told as ours (503).
    pub(crate) fn unavailable(error: &dyn Error) -> Self {
        let reference = random::reference();
        tracing::error!(%error, reference, "the authorization server cannot answer");
        Self::Person { fault: Fault::Unavailable, reference }
    }

    pub(crate) fn into_response(self, core: &Core) -> Response<Body> {
        if let Some(event) = self.event() {
            core.audit(event);
        }
        match self {
            Self::Person { fault, reference } => page::fault(&core.branding, fault, Some(&reference)),
            Self::Client(refused) => refused.0.error(&refused.1),
        }
    }
}

impl Refused {
    /// What the audit hears of it.
    fn event(&self) -> Option<AuditEvent> {
        match self {
            Self::Person { fault: Fault::Unavailable, .. } => None,
            Self::Person { fault, reference } => {
                let event = AuditEvent::new(AuditKind::Refused).endpoint("authorize");
                Some(event.reason(format!("{fault:?}")).reference(reference))
            }
            Self::Client(refused) => {
                let (back, error) = &**refused;
                error.clone().of_client(back.client_id()).event("authorize")
            }
        }
    }
}

/// Before the client is known.
impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::unavailable(&error)
    }
}

/// Who must act: the client's developer, or nobody but time.
impl From<NoClient> for Refused {
    fn from(error: NoClient) -> Self {
        match error {
            NoClient::Store(error) => error.into(),
            NoClient::Document(NoDocument::Invalid(why)) => Self::person(Fault::ClientDocument, &why),
            NoClient::Document(NoDocument::Unreachable(why)) => Self::person(Fault::ClientUnreachable, &why),
        }
    }
}

impl From<NoRandomness> for Refused {
    fn from(error: NoRandomness) -> Self {
        Self::unavailable(&error)
    }
}
