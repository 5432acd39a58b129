//! Clients whose id is the URL of a document about them (draft-ietf-oauth-client-id-metadata-document). Nobody registers.
//!
//! ```text
//!  document_url   which ids are such URLs; no two spellings of one
//!    v
//!  documents      a copy that is fresh; else one fetch for all who wait, within a budget
//!    v
//!  fetch          through the guard of `http.rs`: public addresses only, no redirect, 5 KiB, 5 seconds
//!    v
//!  content        the document speaks of itself, and what it says could be registered
//!    v
//!  snapshot       what a person was shown is what is redeemed, whatever the document says by then
//! ```
//!
//! Anybody can make us fetch by naming a URL, so each step is for strangers. A logo is neither fetched nor shown.

mod budget;
mod content;
mod document_url;
mod documents;
mod fetch;
mod freshness;
mod settings;
mod snapshot;
#[cfg(test)]
mod tests;

pub use self::settings::ClientDocuments;
pub(in crate::authorization_server) use self::{
    document_url::is_document_url, documents::Documents, snapshot::Snapshot,
};

use std::sync::Arc;

use super::super::ClientMetadata;

/// The largest document, in bytes (draft section 6.6 recommends as much).
const MOST_BYTES: usize = 5 * 1024;

/// Why there is no client at an id that is a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoDocument {
    /// There is nothing there that could be a client: its developer has to act.
    #[error("{0}")]
    Invalid(String),
    /// The host does not answer, or not now: time has to pass, or its operator has to act.
    #[error("{0}")]
    Unreachable(String),
}

/// What a document says, after it has been checked.
type Found = Result<Arc<ClientMetadata>, NoDocument>;

/// What the document says that was found at `id`.
#[cfg(test)]
pub(crate) fn read_document(id: &str, body: &[u8]) -> Result<ClientMetadata, String> {
    content::read(id, body)
}

/// The host and port of an id that may be fetched.
#[cfg(test)]
pub(crate) fn authority_of_document(id: &str) -> Option<String> {
    Some(document_url::DocumentUrl::parse(id, None).ok()?.authority)
}
