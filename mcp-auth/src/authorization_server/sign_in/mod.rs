//! From the consent page to the code: the person agrees, signs in where they please, and comes back.
//!
//! ```text
//!  ask            the consent page; a ticket for this browser is sealed into its form
//!    v
//!  consent        POST /consent: deny, switch, or allow
//!    v            nobody signed in here:
//!  choice         POST /sign-in: which provider, where there are several
//!    v
//!  departure      the sign-in is stored, and only now (S33): state, PKCE, this browser
//!    v
//!  pick_name      the development sign-in's own page, in place of a provider's
//!    v
//!  callback       GET /<provider>/callback: who they are, and whether they may enter
//!    v            (not_entered: the page of who may not)
//!  code           consent remembered, code stored, back to the client
//! ```
//!
//! `own_page` is the other page behind a sign-in: what a person allowed, and its end.

mod ask;
mod callback;
mod choice;
mod code;
mod consent;
mod departure;
mod form;
mod guard;
mod not_entered;
mod own_page;
mod pick_name;
mod session;
#[cfg(test)]
pub(super) mod tests;
mod ticket;
mod upstream_scopes;

use std::sync::Arc;

use axum::routing::MethodRouter;

#[cfg(test)]
pub(crate) use self::callback::read_callback;
pub(crate) use self::{ask::ask, form::Form};
use super::{Endpoints, authorization_endpoint};

/// The authorization endpoint and every page behind it.
pub(super) fn routes(endpoints: &Arc<Endpoints>) -> Vec<(String, MethodRouter)> {
    let mut routes =
        vec![authorization_endpoint::route(endpoints), consent::route(endpoints), choice::route(endpoints)];
    routes.push(own_page::route(endpoints));
    for provider in &endpoints.core.providers {
        routes.push(callback::route(endpoints, provider.id()));
        if provider.picks_name() {
            routes.push(pick_name::route(endpoints, provider.id()));
        }
    }
    routes
}
