//! Something went wrong: what, and what a person can do.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use maud::html;

use super::{
    clean::clean,
    document::document,
    fill::plain,
    response::{Forms, respond},
    view::ErrorView,
};
use crate::{Branding, authorization_server::ErrorText};

/// A page with these words. Prefer [`fault`]: its words can be replaced.
pub(crate) fn error(branding: &Branding, status: StatusCode, view: &ErrorView) -> Response<Body> {
    let texts = branding.words();
    let title = clean(&view.title, 200);
    let content = html! {
        h1 { (title) }
        p { (clean(&view.message, 1000)) }
        p.next { (clean(&view.help, 1000)) }
        @if let Some(reference) = &view.reference {
            p.reference {
                (texts.reference_help) " "
                span { (texts.reference_label) ": " code { (clean(reference, 80)) } }
            }
        }
    };
    respond(status, document(branding, &title, &content), Forms::None)
}

/// Why a person is shown an error instead of being sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault<'a> {
    /// The client is not known, or no longer.
    UnknownClient,
    /// The redirect URI is not one of the client's.
    RedirectUri,
    /// The request is incomplete or malformed.
    Request,
    /// The page or the sign-in is too old, or was used before.
    Expired,
    /// Another browser began it, or this one keeps no cookies.
    OtherBrowser,
    /// The provider of this name did not say who the person is.
    ProviderRefused(&'a str),
    /// The provider of this name does not answer.
    ProviderUnavailable(&'a str),
    /// We cannot answer now.
    Unavailable,
}

/// The error page of a fault, with its status.
pub(crate) fn fault(branding: &Branding, fault: Fault<'_>, reference: Option<String>) -> Response<Body> {
    let (text, provider) = words(branding, fault);
    let provider = clean(provider, 80);
    let fill = |text: &str| plain(text, &[("provider", &provider)]);
    let view = ErrorView {
        title: fill(&text.title),
        message: fill(&text.message),
        help: fill(&text.help),
        reference,
    };
    let status = status(fault);
    let mut response = error(branding, status, &view);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

fn words<'a>(branding: &'a Branding, fault: Fault<'a>) -> (&'a ErrorText, &'a str) {
    let errors = &branding.words().errors;
    match fault {
        Fault::UnknownClient => (&errors.unknown_client, ""),
        Fault::RedirectUri => (&errors.redirect_uri, ""),
        Fault::Request => (&errors.request, ""),
        Fault::Expired => (&errors.expired, ""),
        Fault::OtherBrowser => (&errors.other_browser, ""),
        Fault::ProviderRefused(provider) => (&errors.provider_refused, provider),
        Fault::ProviderUnavailable(provider) => (&errors.provider_unavailable, provider),
        Fault::Unavailable => (&errors.unavailable, ""),
    }
}

fn status(fault: Fault<'_>) -> StatusCode {
    match fault {
        Fault::UnknownClient | Fault::RedirectUri | Fault::Request | Fault::Expired => {
            StatusCode::BAD_REQUEST
        }
        Fault::OtherBrowser | Fault::ProviderRefused(_) => StatusCode::FORBIDDEN,
        Fault::ProviderUnavailable(_) | Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}
