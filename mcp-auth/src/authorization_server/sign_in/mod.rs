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
//!  callback       GET /<provider>/callback: who they are
//!    v
//!  code           consent remembered, code stored, back to the client
//! ```

mod ask;
mod callback;
mod choice;
mod code;
mod consent;
mod departure;
mod form;
mod guard;
mod pick_name;
mod session;
mod ticket;

use std::sync::Arc;

use axum::{middleware, routing::MethodRouter};

pub(crate) use self::{ask::ask, form::Form};
use super::{Endpoints, authorization_endpoint};

/// The authorization endpoint and every page behind it. Each answers on its own host only.
pub(super) fn routes(endpoints: &Arc<Endpoints>) -> Vec<(String, MethodRouter)> {
    let mut routes = authorization_endpoint::routes(endpoints);
    routes.push(consent::route(endpoints));
    routes.push(choice::route(endpoints));
    for provider in &endpoints.core.providers {
        routes.push(callback::route(endpoints, provider.id()));
        routes.push(pick_name::route(endpoints, provider.id()));
    }
    let host = || middleware::from_fn_with_state(Arc::clone(endpoints), guard::own_host);
    routes.into_iter().map(|(path, route)| (path, route.layer(host()))).collect()
}
