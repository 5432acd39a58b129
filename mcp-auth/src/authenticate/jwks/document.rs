//! Where the keys are, and how the document with them is fetched.

use std::time::Duration;

use super::{KeySet, key::Unusable, set::NoKeySet};
use crate::{
    authenticate::issuer::{DiscoveryError, Wanted, discover},
    http::{FetchError, HttpClient},
};

/// Where an issuer's keys come from over the network.
#[derive(Debug, Clone)]
pub(crate) enum KeySource {
    /// From the `jwks_uri` of the issuer's metadata.
    Discovery { issuer: String },
    /// From this URL.
    Url(String),
}

/// A fetched set.
#[derive(Debug)]
pub(super) struct FetchedKeys {
    pub(super) set: KeySet,
    pub(super) left_out: Vec<Unusable>,
    /// How long the issuer allows to keep it, when it says so.
    pub(super) fresh_for: Option<Duration>,
}

/// Why there is no set.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoKeys {
    #[error("{0}")]
    Discovery(#[from] DiscoveryError),
    #[error("{url}: {error}")]
    Fetch { url: String, error: FetchError },
    #[error("{url}: {error}")]
    Content { url: String, error: NoKeySet },
    #[error("the issuer does not answer in time")]
    Timeout,
}

impl KeySource {
    pub(super) async fn fetch(&self, http: &HttpClient) -> Result<FetchedKeys, NoKeys> {
        let url = match self {
            Self::Discovery { issuer } => discover(issuer, Wanted::Keys, http).await?,
            Self::Url(url) => url.clone(),
        };
        let document = match http.get(&url).await {
            Ok(document) => document,
            Err(error) => return Err(NoKeys::Fetch { url, error }),
        };
        match KeySet::parse(&document.body) {
            Ok((set, left_out)) => {
                let fresh_for = document.cache_control.as_deref().and_then(max_age);
                Ok(FetchedKeys { set, left_out, fresh_for })
            }
            Err(error) => Err(NoKeys::Content { url, error }),
        }
    }
}

/// `max-age` of RFC 9111 section 5.2.2.1; a document that must not be stored is as one that ages at once.
fn max_age(cache_control: &str) -> Option<Duration> {
    let mut directives = cache_control.split(',').map(|directive| directive.trim().to_ascii_lowercase());
    let mut age = None;
    if directives.clone().any(|directive| directive == "no-store" || directive == "no-cache") {
        age = Some(Duration::ZERO);
    } else if let Some(seconds) =
        directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok())
    {
        age = Some(Duration::from_secs(seconds));
    }
    age
}
