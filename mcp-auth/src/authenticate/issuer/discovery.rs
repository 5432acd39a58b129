//! Discovery: from the issuer's URL to the URLs of its keys and its endpoints (RFC 8414 section 3, OpenID Connect Discovery section 4).

use serde::Deserialize;

use crate::http::{FetchError, HttpClient};

/// Longer URLs are refused by most servers.
const MAX_URL_BYTES: usize = 2048;

/// Why the issuer's metadata say nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiscoveryError {
    /// The document is somebody else's. Its keys are not taken, whoever serves it.
    #[error("{url}: the metadata are those of another issuer: {found:?}")]
    OtherIssuer {
        /// Where they were found.
        url: String,
        /// What they say, cut short and printed with escapes: it is a stranger's text on its way to the log.
        found: String,
    },
    #[error("{url}: the metadata are not understood")]
    NotMetadata { url: String },
    #[error("{url}: the metadata do not say where it is: {wanted:?}")]
    NotFound { url: String, wanted: Wanted },
    #[error("{url}: {error}")]
    Fetch { url: String, error: FetchError },
}

/// The members of the metadata that matter here. Others are ignored (RFC 8414 section 2).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Option<String>,
    introspection_endpoint: Option<String>,
}

/// What is looked for in an issuer's metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// `jwks_uri`
    Keys,
    /// `introspection_endpoint`
    Introspection,
}

impl Metadata {
    fn url(self, wanted: Wanted) -> Option<String> {
        let url = match wanted {
            Wanted::Keys => self.jwks_uri,
            Wanted::Introspection => self.introspection_endpoint,
        };
        url.filter(|url| url.len() <= MAX_URL_BYTES && !url.chars().any(char::is_control))
    }
}

/// A URL in the metadata of `issuer`. The first of the well-known places that answers with a document of this issuer
/// decides.
pub(crate) async fn discover(
    issuer: &str,
    wanted: Wanted,
    http: &HttpClient,
) -> Result<String, DiscoveryError> {
    let mut last = None;
    for url in well_known_urls(issuer) {
        match fetch(issuer, url, wanted, http).await {
            Ok(url) => return Ok(url),
            // The host does not answer at all: asking it for other paths only takes more time.
            Err(
                error @ DiscoveryError::Fetch {
                    error: FetchError::Transport(_) | FetchError::Refused(_), ..
                },
            ) => {
                return Err(error);
            }
            // A document of somebody else is worth more to the operator than the 404 of the next place.
            Err(error) => match last {
                Some(DiscoveryError::OtherIssuer { .. }) => {}
                _ => last = Some(error),
            },
        }
    }
    Err(last.unwrap_or_else(|| DiscoveryError::NotMetadata { url: issuer.to_owned() }))
}

async fn fetch(
    issuer: &str,
    url: String,
    wanted: Wanted,
    http: &HttpClient,
) -> Result<String, DiscoveryError> {
    match http.get(&url).await {
        Ok(document) => find(issuer, url, wanted, &document.body),
        Err(error) => Err(DiscoveryError::Fetch { url, error }),
    }
}

/// What the document at `url` says, if it is that of `issuer`.
fn find(issuer: &str, url: String, wanted: Wanted, document: &[u8]) -> Result<String, DiscoveryError> {
    // JSON is UTF-8 (RFC 8259 section 8.1); serde_json looks at the members that it reads only.
    let text = std::str::from_utf8(document).ok();
    let Some(metadata) = text.and_then(|text| serde_json::from_str::<Metadata>(text).ok()) else {
        return Err(DiscoveryError::NotMetadata { url });
    };
    // Identical, not equivalent (RFC 8414 section 3.3).
    if metadata.issuer != issuer {
        let found = metadata.issuer.chars().take(200).collect();
        return Err(DiscoveryError::OtherIssuer { url, found });
    }
    metadata.url(wanted).ok_or(DiscoveryError::NotFound { url, wanted })
}

/// Where the keys of `issuer` are, by the document at `url`.
#[cfg(test)]
pub(crate) fn jwks_uri(issuer: &str, url: String, document: &[u8]) -> Result<String, DiscoveryError> {
    find(issuer, url, Wanted::Keys, document)
}

/// Where an issuer's metadata may be: RFC 8414 puts the well-known part between host and path, OpenID Connect behind
/// the path, and some servers put OpenID's name at RFC 8414's place. Built from the text, for no parser to change.
fn well_known_urls(issuer: &str) -> Vec<String> {
    let authority_start = issuer.find("://").map_or(0, |scheme| scheme + 3);
    let path_start =
        issuer[authority_start..].find('/').map_or(issuer.len(), |slash| authority_start + slash);
    let (origin, path) = issuer.split_at(path_start);
    let path = path.trim_end_matches('/');
    let mut urls = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        urls.push(format!("{origin}{path}/.well-known/openid-configuration"));
    }
    urls
}

#[cfg(test)]
mod tests {
    use super::{DiscoveryError, MAX_URL_BYTES, jwks_uri, well_known_urls};

    #[test]
    fn f14_a_url_of_keys_is_short_and_plain() {
        let found = |uri: &str| {
            let document = serde_json::json!({"issuer": "https://a.example", "jwks_uri": uri}).to_string();
            jwks_uri("https://a.example", String::new(), document.as_bytes())
        };
        let of_length = |length: usize| format!("https://a.example/{}", "k".repeat(length - 18));
        assert_eq!(found(&of_length(MAX_URL_BYTES)).ok(), Some(of_length(MAX_URL_BYTES)));
        for uri in
            [of_length(MAX_URL_BYTES + 1), of_length(2 * MAX_URL_BYTES), "https://a.example/\n".to_owned()]
        {
            assert!(matches!(found(&uri), Err(DiscoveryError::NotFound { .. })));
        }
    }

    #[test]
    fn the_well_known_part_goes_where_each_standard_wants_it() {
        assert_eq!(
            well_known_urls("https://sso.example/realms/main"),
            [
                "https://sso.example/.well-known/oauth-authorization-server/realms/main",
                "https://sso.example/.well-known/openid-configuration/realms/main",
                "https://sso.example/realms/main/.well-known/openid-configuration",
            ]
        );
        // Short enough that a mistake of one place shows.
        assert_eq!(
            well_known_urls("https://a.b/x/y"),
            [
                "https://a.b/.well-known/oauth-authorization-server/x/y",
                "https://a.b/.well-known/openid-configuration/x/y",
                "https://a.b/x/y/.well-known/openid-configuration",
            ]
        );
        for issuer in ["https://sso.example", "https://sso.example/"] {
            assert_eq!(
                well_known_urls(issuer),
                [
                    "https://sso.example/.well-known/oauth-authorization-server",
                    "https://sso.example/.well-known/openid-configuration",
                ]
            );
        }
    }
}
