//! The page behind the link of `connect_printer`.

use axum::{
    Router,
    extract::Query,
    http::{HeaderMap, StatusCode, header},
    routing::get,
};
use mcp_auth::Tickets;
use serde::Deserialize;

use crate::{
    store::Person,
    tools::printer::{CONNECT, Printers},
};

#[derive(Deserialize)]
struct Link {
    ticket: String,
}

/// `GET /printer?ticket=…`. A real page would show who asks for what, and connect on the press of a button.
pub(crate) fn routes(tickets: Tickets, issuer: String, printers: Printers) -> Router {
    let page = async move |Query(link): Query<Link>, headers: HeaderMap| {
        let Some(subject) = signed_in(&headers) else {
            return (StatusCode::UNAUTHORIZED, "sign in first".to_owned());
        };
        let Some(name) = tickets.open::<String>(CONNECT, &issuer, &subject, &link.ticket) else {
            return (StatusCode::FORBIDDEN, "this link is not for you, or has expired".to_owned());
        };
        let said = format!("{name} is connected; you can close this page");
        printers.connect(Person { issuer, subject }, name);
        (StatusCode::OK, said)
    };
    Router::new().route("/printer", get(page))
}

/// Who is in front of the browser. It believes everybody, as the development issuer does; in your application this is the
/// session of its own sign-in at the same issuer.
fn signed_in(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("person=")).map(str::to_owned)
}
