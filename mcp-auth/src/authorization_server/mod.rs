//! We issue the tokens: people sign in with a provider, agree to what a client may, and the client gets tokens for one
//! of our resources (RFC 6749, OAuth 2.1, and the MCP authorization specification).
//!
//! ```text
//!  GET /authorize        a table of checks, then the consent page; nothing is stored
//!    v
//!  POST /consent         allow or deny; for this browser and this request only
//!    v
//!  the provider          state, PKCE and the browser's cookie bring the person back to us
//!    v
//!  /<provider>/callback  who they are; the provider's token is sealed and kept
//!    v
//!  the client            gets a code, once, and redeems it at /token
//! ```

mod admin;
mod answer;
mod authorization_endpoint;
mod branding;
mod browser;
mod bucket;
mod client;
mod core;
mod ended;
mod ending;
mod endpoints;
mod entry;
mod error;
mod form;
#[cfg(test)]
pub(crate) mod fuzzed;
mod housekeeping;
mod introspection_endpoint;
mod issuer_url;
mod jwks_endpoint;
mod key;
mod key_file;
mod lifetimes;
mod metadata;
pub(crate) mod page;
mod post_only;
pub(crate) mod redirect_uri;
mod registration_endpoint;
mod response;
mod revocation_endpoint;
mod rotation;
mod seal;
mod settings;
mod sign_in;
mod source;
mod tasks;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod token;
mod token_endpoint;

/// In the place of a provider's id: the client itself, without a person. Its subject is `client:` and its id.
pub(crate) const MACHINE: &str = "client";

pub(crate) use self::core::Core;
pub use admin::{Admin, SealReport};
pub use branding::{Branding, ErrorText, ErrorTexts, Texts};
pub(crate) use client::{
    Client, ClientAuthentication, ClientKeys, ClientMetadata, KnownClients, NoClient, NoDocument,
    read_clients, read_clients_file,
};
pub use client::{ClientDocuments, PreregisteredClient};
#[cfg(test)]
pub(crate) use client::{authority_of_document, read_document};
pub(crate) use ended::EndedGrants;
pub(crate) use endpoints::{Endpoints, ProtectedServer};
pub use entry::{Entry, EntryDecision, EntryError, EntryPolicy, WhoMayEnter};
pub(crate) use error::OAuthError;
pub(crate) use issuer_url::IssuerUrl;
pub use lifetimes::{Lifetimes, RegistrationLimits};
pub(crate) use seal::{Sealer, Unsealed};
pub use settings::AuthorizationServer;
#[cfg(test)]
pub(crate) use sign_in::read_callback;
pub(crate) use tasks::Tasks;
#[cfg(feature = "testing")]
pub(crate) use token::AccessToken;
