//! Something went wrong: what, and what a person can do.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use maud::html;

use super::{
    clean::clean,
    document::document,
    response::{Forms, respond},
};
use crate::{Branding, authorization_server::ErrorText};

/// Why a person is shown an error instead of being sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The client is not known, or no longer.
    UnknownClient,
    /// The client's id leads to no document that could be a client's.
    ClientDocument,
    /// The document at the client's id cannot be fetched now.
    ClientUnreachable,
    /// The redirect URI is not one of the client's.
    RedirectUri,
    /// The request is incomplete or malformed.
    Request,
    /// The page or the sign-in is too old, or was used before.
    Expired,
    /// Another browser or another site began it, or this browser keeps no cookies.
    OtherBrowser,
    /// We cannot answer now.
    Unavailable,
}

impl Fault {
    fn text(self, branding: &Branding) -> &ErrorText {
        let errors = &branding.words().errors;
        match self {
            Self::UnknownClient => &errors.unknown_client,
            Self::ClientDocument => &errors.client_document,
            Self::ClientUnreachable => &errors.client_unreachable,
            Self::RedirectUri => &errors.redirect_uri,
            Self::Request => &errors.request,
            Self::Expired => &errors.expired,
            Self::OtherBrowser => &errors.other_browser,
            Self::Unavailable => &errors.unavailable,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::UnknownClient
            | Self::ClientDocument
            | Self::RedirectUri
            | Self::Request
            | Self::Expired => StatusCode::BAD_REQUEST,
            Self::OtherBrowser => StatusCode::FORBIDDEN,
            Self::ClientUnreachable | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The error page of a fault, with its status. The log says more under the reference; the page says nothing that came with
/// the request, so that nobody puts their words into our mouth.
pub(crate) fn fault(branding: &Branding, fault: Fault, reference: Option<&str>) -> Response<Body> {
    let (texts, text) = (branding.words(), fault.text(branding));
    let content = html! {
        h1 { (text.title) }
        p { (text.message) }
        p.next { (text.help) }
        @if let Some(reference) = reference {
            p.reference {
                (texts.reference_help) " "
                span { (texts.reference_label) ": " code { (clean(reference, 80)) } }
            }
        }
    };
    let mut response = respond(fault.status(), document(branding, &text.title, &content), Forms::None);
    if fault.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}
