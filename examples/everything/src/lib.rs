//! What rmcp can do, beside scoped tools. See README.md.

mod handler;
mod pages;
mod server;
mod store;
mod subscriptions;
mod tools;

use mcp_auth::{Auth, Bound, DevelopmentIssuer};

use server::Reports;

/// A server on loopback and its issuer, who gives tokens to everybody.
///
/// # Errors
///
/// A port that is taken.
pub async fn bind(port: u16) -> mcp_auth::Result<(Bound, DevelopmentIssuer)> {
    let origin = format!("http://127.0.0.1:{port}");
    let issuer = DevelopmentIssuer::new(&origin)?;
    let auth =
        Auth::builder().development_issuer(issuer.clone()).resource(format!("{origin}/mcp")).build()?;
    let reports = Reports::new(origin.clone());
    let pages = pages::routes(auth.tickets(), origin, reports.printers.clone());
    Ok((auth.bind(reports).await?.merge(pages), issuer))
}
