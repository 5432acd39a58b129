//! Requests that other sites' pages send.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
};
use http::{HeaderMap, Response, StatusCode, header};

use super::super::{Core, Endpoints, authorization_endpoint::Refused};
use crate::transport::Origins;

/// On this machine, only names of this machine count: a page whose name was pointed here (DNS rebinding) would be a
/// neighbour in the eyes of the browser. Elsewhere the certificate has proven the name, and proxies rewrite `Host`.
pub(super) async fn own_host(
    State(endpoints): State<Arc<Endpoints>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let this_machine = Origins::new(Vec::new(), Vec::new(), true, false);
    if !endpoints.core.issuer.is_https() && this_machine.check_host(&request).is_err() {
        return foreign("It is for browsers on this machine.").into_response(&endpoints.core);
    }
    next.run(request).await
}

/// Forms are posted by our own pages. This is the second lock: the first is the ticket in the form, which fits the
/// cookie of one browser (RFC 6749 section 10.12).
///
/// Browsers say where a request comes from; what is no browser says nothing and gains nothing by it. `Origin` is `null`
/// where the page has `Referrer-Policy: no-referrer`, as ours have, so it counts only when it names somebody.
pub(super) fn own_page(core: &Core, headers: &HeaderMap) -> Result<(), Refused> {
    let site = headers.get("sec-fetch-site");
    let origin = headers.get(header::ORIGIN).filter(|origin| *origin != "null");
    // `none`: the person themselves, as by reloading.
    let own_site = site.is_none_or(|site| site == "same-origin" || site == "none");
    if own_site && origin.is_none_or(|origin| origin == core.issuer.origin()) {
        return Ok(());
    }
    tracing::warn!(?site, ?origin, "refused: another site's page posted a form of ours");
    Err(foreign("Another site sent it."))
}

fn foreign(message: &str) -> Refused {
    let help = "Close this page. If you want to connect an app, begin in the app.";
    Refused::page("This request is refused", message, help).with_status(StatusCode::FORBIDDEN)
}
