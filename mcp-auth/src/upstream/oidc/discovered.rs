//! One answer of discovery: the metadata, and the keys that they name.

use std::sync::Arc;

use super::{
    Oidc,
    metadata::{self, Metadata},
    running::Running,
};
use crate::{
    authenticate::{KeySource, KeyTiming, Keys},
    http::{FetchError, Reach},
    upstream::{SignInError, oauth::TokenEndpoint},
};

/// What is known of an issuer.
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) keys: Arc<Keys>,
}

/// Why nothing is known.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Undiscovered {
    /// It does not answer now.
    #[error("{0}")]
    Unavailable(String),
    /// Somebody has to look at the settings.
    #[error("{0}")]
    Wrong(String),
}

/// Asks `issuer`. The keys that were fetched `before` stay, as long as it names the same place.
pub(super) async fn discover(
    issuer: &str,
    reach: Reach,
    running: &Running,
    before: Option<&Known>,
) -> Result<Known, Undiscovered> {
    let url = metadata::url(issuer);
    let document = running.http.get(&url).await.map_err(|error| {
        let why = format!("{url}: {error}");
        match error {
            FetchError::Refused(_) | FetchError::TooLarge => Undiscovered::Wrong(why),
            FetchError::Status(status) if status < 500 && status != 429 => Undiscovered::Wrong(why),
            _ => Undiscovered::Unavailable(why),
        }
    })?;
    let metadata = Metadata::parse(&document.body, issuer, reach)
        .map_err(|why| Undiscovered::Wrong(format!("{url}: {why}")))?;
    let same = before.filter(|before| before.metadata.jwks_uri == metadata.jwks_uri);
    let keys = same.map_or_else(
        || {
            let source = KeySource::Url(metadata.jwks_uri.clone());
            let (http, clock) = (running.http.clone(), running.clock.clone());
            Arc::new(Keys::fetched(issuer, source, http, KeyTiming::default(), clock))
        },
        |before| Arc::clone(&before.keys),
    );
    Ok(Known { metadata, keys })
}

impl Oidc {
    pub(super) fn token_endpoint<'a>(&'a self, known: &'a Known) -> Result<TokenEndpoint<'a>, SignInError> {
        let authentication = known.metadata.authentication(self.client.client_secret.is_some());
        Ok(TokenEndpoint {
            http: self.http()?,
            url: &known.metadata.token_endpoint,
            client: &self.client,
            authentication: authentication.map_err(|why| SignInError::Misconfigured(why.to_owned()))?,
        })
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}
