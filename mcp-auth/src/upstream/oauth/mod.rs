//! What all providers of OAuth 2.0 have in common (RFC 6749): we are their client.

pub(super) mod answers;
mod client;
mod identifier;
mod token;

pub(super) use client::{OAuthClient, authorization_url};
pub(super) use identifier::{account_id, display_name, id_problem, scope_problem};
pub(super) use token::{Granted, TokenEndpoint, TokenEndpointAuthentication, bearer, is_token};
