//! A client, as the endpoints see it.

mod assertion;
mod attempts;
mod authentication;
pub(super) mod keys;
mod metadata_document;
pub(super) mod preregistered;

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use self::metadata_document::is_document_url;
#[cfg(test)]
pub(crate) use self::metadata_document::{authority_of_document, read_document};
pub(super) use self::{
    attempts::Attempts,
    authentication::authenticate,
    metadata_document::{Documents, Snapshot},
};
pub(crate) use self::{
    keys::ClientKeys,
    metadata_document::NoDocument,
    preregistered::{KnownClient, KnownClients, read as read_clients, read_file as read_clients_file},
};
pub use self::{metadata_document::ClientDocuments, preregistered::PreregisteredClient};
use super::Core;
use crate::store::{ClientRecord, Digest, StoreError, Timestamp};

/// A client that may ask for tokens.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) metadata: ClientMetadata,
    pub(crate) secret: Option<Digest>,
    /// What the operator wrote down of it, if they did.
    pub(crate) known: Option<Arc<KnownClient>>,
    /// When it is forgotten; `None` where nobody ever got a token with it.
    kept_until: Option<Timestamp>,
    /// Its id is the URL of the document that describes it.
    from_document: bool,
}

/// Why it is not known whether there is such a client, or why there cannot be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoClient {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Document(#[from] NoDocument),
}

/// What a client says about itself (RFC 7591 section 2), after it has been checked. What it leaves out is left out here:
/// some clients cannot read `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClientMetadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_name: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) token_endpoint_auth_method: ClientAuthentication,
    pub(crate) grant_types: Vec<String>,
    pub(crate) response_types: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_uri: Option<String>,
    /// Its public keys (RFC 7517), for `private_key_jwt`: here, or at `jwks_uri`; never both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) jwks: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) jwks_uri: Option<String>,
}

/// How a client proves who it is (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClientAuthentication {
    /// It does not: a public client.
    None,
    /// HTTP Basic.
    ClientSecretBasic,
    /// Members of the form.
    ClientSecretPost,
    /// A JWT signed with a key of its own (RFC 7523 section 2.2).
    PrivateKeyJwt,
}

impl Client {
    /// The client of this id, if there is one that has not expired. What the operator wrote down comes first: nobody can
    /// register over it.
    pub(crate) async fn find(core: &Core, id: &str) -> Result<Option<Self>, NoClient> {
        if let Some(known) = core.clients.find(id) {
            return Ok(Some(Self::from_known(id, known)));
        }
        if is_document_url(id) {
            let Some(documents) = &core.documents else { return Ok(None) };
            let metadata = documents.find(id).await?;
            return Ok(Some(Self::from_document(id.to_owned(), Arc::unwrap_or_clone(metadata))));
        }
        Ok(core.store.client(id, core.now()).await?.map(Self::from_record).transpose()?)
    }

    fn from_document(id: String, metadata: ClientMetadata) -> Self {
        Self { id, metadata, secret: None, known: None, kept_until: None, from_document: true }
    }

    fn from_record(record: ClientRecord) -> Result<Self, StoreError> {
        let metadata = serde_json::from_str(&record.metadata).map_err(StoreError::new)?;
        let kept_until = record.used.then_some(record.expires_at);
        Ok(Self {
            id: record.id,
            metadata,
            secret: record.secret,
            known: None,
            kept_until,
            from_document: false,
        })
    }

    fn from_known(id: &str, known: &Arc<KnownClient>) -> Self {
        Self {
            id: id.to_owned(),
            metadata: known.metadata.clone(),
            secret: known.secret,
            known: Some(Arc::clone(known)),
            kept_until: None,
            from_document: false,
        }
    }

    /// Whether it may have this scope at all; what a client wrote into its own registration limits nothing.
    pub(crate) fn may_have(&self, scope: &str) -> bool {
        self.known.as_ref().is_none_or(|known| known.may_have(scope))
    }

    /// The domain that answers for it: that of its document.
    pub(crate) fn verified_domain(&self) -> Option<&str> {
        let rest = self.id.strip_prefix("https://").filter(|_| self.from_document)?;
        rest.split('/').next()
    }

    /// What people are shown; the id where it has no name.
    pub(crate) fn name(&self) -> &str {
        self.metadata.client_name.as_deref().unwrap_or(&self.id)
    }

    /// Somebody got a token with it: keeps it for as long as used ones are kept. That is written once in a while and not for
    /// each token, and nobody waits for it.
    pub(super) fn keep(&self, core: &Arc<Core>) {
        if self.known.is_some() || self.from_document {
            return;
        }
        let now = core.now();
        let used = core.registration.used;
        let soon = now.plus(used.checked_div(2).unwrap_or(Duration::ZERO));
        if self.kept_until.is_some_and(|until| until > soon) {
            return;
        }
        let (tasks, core, id) = (&core.tasks, Arc::clone(core), self.id.clone());
        tasks.spawn(async move {
            if let Err(error) = core.store.keep_client(&id, now.plus(used)).await {
                tracing::warn!(%error, client = id, "a client that is used may be forgotten too early");
            }
        });
    }
}
