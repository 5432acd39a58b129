//! The headers of every page.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::document::Document;

/// Whether a page has a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forms {
    None,
    Some,
}

/// The same on every page.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    // Pages carry state, and are for one person (S26).
    (header::CACHE_CONTROL, "no-store"),
    // A side effect: browsers send `Origin: null` when our forms are posted. `Sec-Fetch-Site` still tells the truth.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // For browsers that do not know `frame-ancestors` (S25).
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    ),
    // No Cross-Origin-Opener-Policy: clients in the browser open the sign-in as a pop-up, and their own page at its end
    // speaks to the window that opened it. One page with that header on the way cuts the two apart for good. What is left
    // to an opener is to send the pop-up elsewhere, which is what it could open in the first place.
];

pub(super) fn respond(status: StatusCode, document: Document, forms: Forms) -> Response<Body> {
    let policy = policy(&document.style, forms);
    let mut response = Response::new(Body::from(document.html.into_string()));
    *response.status_mut() = status;
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Base64 is always a header value; without a style sheet a page still works.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Nothing runs, nothing is loaded; the one style sheet is named by its digest, images are within the page (the logo).
///
/// `form-action` is `'none'` where there is no form, and absent where there is one. Chromium holds the whole chain of
/// redirects after a POST to it, and ours goes on: to the provider, to whichever host the provider signs people in with
/// (an employer's, say), back to us, and to the client's redirect URI, of any host or scheme. No list holds all of these,
/// and a list that lacks one breaks its sign-ins in one browser only. What the directive guards against is a form that
/// was smuggled into the page or turned elsewhere: every text is escaped, and `base-uri 'none'` keeps our paths ours.
fn policy(style: &str, forms: Forms) -> String {
    let digest = STANDARD.encode(digest(&SHA256, style.as_bytes()));
    let forms = match forms {
        Forms::None => "; form-action 'none'",
        Forms::Some => "",
    };
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; frame-ancestors 'none'{forms}"
    )
}
