//! What a person was shown is what is redeemed: a document that changes meanwhile changes nothing for them (C43, T21).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    authorization_server::{Client, ClientMetadata, Core, Unsealed, browser::Browser, form::Form},
    store::{Digest, StoreError, Timestamp},
};

use super::is_document_url;

/// A client as its document described it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::authorization_server) struct Snapshot {
    id: String,
    metadata: ClientMetadata,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    snapshot: Snapshot,
    expires_at: u64,
}

impl Snapshot {
    /// Of a client with a document; what others registered does not change.
    pub(in crate::authorization_server) fn of(client: &Client) -> Option<Self> {
        let snapshot = || Self { id: client.id.clone(), metadata: client.metadata.clone() };
        client.from_document.then(snapshot)
    }

    pub(in crate::authorization_server) fn into_client(self, id: &str) -> Option<Client> {
        (self.id == id).then(|| Client::from_document(self.id, self.metadata))
    }

    /// For a form of ours, in this browser, for as long as the form counts: nobody gets an old document to count with
    /// somebody else.
    pub(in crate::authorization_server) fn seal(
        &self,
        core: &Core,
        browser: &Browser,
    ) -> Result<String, Unsealed> {
        let expires_at = core.now().plus(core.lifetimes.sign_in).as_millis();
        let sealed = Sealed { snapshot: self.clone(), expires_at };
        let bytes = serde_json::to_vec(&sealed).map_err(|_| Unsealed::Broken)?;
        Ok(URL_SAFE_NO_PAD.encode(core.sealer.seal(&["client document", browser.key()], &bytes)?))
    }

    pub(in crate::authorization_server) fn open(core: &Core, browser: &Browser, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let opened = core.sealer.open(&["client document", browser.key()], &bytes).ok()?;
        let sealed: Sealed = serde_json::from_slice(&opened).ok()?;
        (core.now() < Timestamp::from_millis(sealed.expires_at)).then_some(sealed.snapshot)
    }
}

impl Client {
    /// What is kept with a code, for a client with a document.
    pub(in crate::authorization_server) fn kept_with_code(&self) -> Result<Option<String>, StoreError> {
        let text = self.from_document.then(|| serde_json::to_string(&self.metadata));
        text.transpose().map_err(StoreError::new)
    }

    /// The client as it was when the code of this request was given to it. For the exchange of that code only: an old code
    /// must not bring an old document back for anything else.
    pub(in crate::authorization_server) async fn of_code(
        core: &Core,
        id: &str,
        form: &Form,
    ) -> Result<Option<Self>, StoreError> {
        if !is_document_url(id) || form.get("grant_type") != Some("authorization_code") {
            return Ok(None);
        }
        let Some(code) = form.get("code") else { return Ok(None) };
        let code = core.store.code(&Digest::of(code)).await?;
        let Some(metadata) = code.filter(|code| code.client_id == id).and_then(|code| code.client) else {
            return Ok(None);
        };
        let metadata = serde_json::from_str(&metadata).map_err(StoreError::new)?;
        Ok(Some(Self::from_document(id.to_owned(), metadata)))
    }

    /// Where it is answered and how it proves itself: a person who agreed to another one has not agreed to this (S75).
    pub(in crate::authorization_server) fn proof(&self) -> Option<Digest> {
        let ClientMetadata { redirect_uris, token_endpoint_auth_method, jwks, jwks_uri, .. } = &self.metadata;
        let mut redirect_uris = redirect_uris.clone();
        redirect_uris.sort_unstable();
        let parts = (redirect_uris, token_endpoint_auth_method, jwks, jwks_uri);
        let bytes = serde_json::to_vec(&parts).unwrap_or_default();
        self.from_document.then(|| Digest::of(bytes))
    }
}
