//! A client, as the endpoints see it.

use serde::{Deserialize, Serialize};

use super::Core;
use crate::store::{ClientRecord, Digest, StoreError};

/// A client that may ask for tokens.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) metadata: ClientMetadata,
    pub(crate) secret: Option<Digest>,
}

/// What a client says about itself (RFC 7591 section 2), after it has been checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClientMetadata {
    pub(crate) client_name: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) token_endpoint_auth_method: ClientAuthentication,
    pub(crate) grant_types: Vec<String>,
    pub(crate) response_types: Vec<String>,
    pub(crate) scope: Option<String>,
    pub(crate) application_type: Option<String>,
    pub(crate) client_uri: Option<String>,
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
}

impl Client {
    /// The client of this id, if there is one that has not expired.
    pub(crate) async fn find(core: &Core, id: &str) -> Result<Option<Self>, StoreError> {
        core.store.client(id, core.now()).await?.map(Self::from_record).transpose()
    }

    fn from_record(record: ClientRecord) -> Result<Self, StoreError> {
        let metadata = serde_json::from_str(&record.metadata).map_err(StoreError::new)?;
        Ok(Self { id: record.id, metadata, secret: record.secret })
    }

    /// What people are shown; the id where it has no name.
    pub(crate) fn name(&self) -> &str {
        self.metadata.client_name.as_deref().unwrap_or(&self.id)
    }
}
