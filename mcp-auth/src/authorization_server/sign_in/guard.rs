//! Forms that other sites' pages send.

use axum::body::Body;
use http::{HeaderMap, Request, header};

use super::super::{Core, authorization_endpoint::Refused, page::Fault};

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
    let why =
        format!("another site's page posted a form of ours: Sec-Fetch-Site {site:?}, Origin {origin:?}");
    Err(Refused::person(Fault::OtherBrowser, &why))
}

/// How many forms one address may send a minute: what a large office does behind one, and far below what would push other
/// people's sign-ins out of the store, each of which is a write.
const FORMS: u32 = 300;

/// Forms are answered with writes: whoever floods us with them waits. Without an address that is certain there is no limit,
/// because one for everybody would keep everybody out.
pub(super) fn not_too_often(core: &Core, request: &Request<Body>) -> Result<(), Refused> {
    let Some(source) = core.source(request.extensions(), request.headers()) else { return Ok(()) };
    let taken = core.forms.of(&source).take(FORMS, core.clock.monotonic());
    taken.map_err(|wait| {
        Refused::person(Fault::Unavailable, &format!("too many forms from {source:?}: {wait:?}"))
    })
}

/// What proxies and tunnels add to requests that they pass on.
const PASSED_ON: [&str; 6] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via", "cf-connecting-ip"];

/// A sign-in without a password is for whoever sits at this machine. Nothing is granted by these headers, so it does not
/// matter who wrote them; a proxy that adds none is not noticed.
pub(super) fn own_machine(headers: &HeaderMap) -> Result<(), Refused> {
    match PASSED_ON.into_iter().find(|name| headers.contains_key(*name)) {
        Some(name) => {
            let why = format!(
                "a proxy passed the request on (`{name}`): the development sign-in is for this machine only, because \
                 everybody could sign in as anybody"
            );
            Err(Refused::person(Fault::OtherBrowser, &why))
        }
        None => Ok(()),
    }
}
