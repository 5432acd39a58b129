//! What an issuer says about itself (OpenID Connect Discovery sections 3 and 4).

use serde::Deserialize;

use crate::{
    http::{Reach, check},
    upstream::oauth::TokenEndpointAuthentication,
};

/// Longer URLs are refused by most servers.
const MAX_URL_BYTES: usize = 2048;

/// The members that matter here. Others are ignored.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    /// RFC 7009; one that is not used is none, because nobody signs in with it.
    pub(super) revocation_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub(super) id_token_signing_alg_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    pub(super) prompt_values_supported: Option<Vec<String>>,
    /// RFC 9207 section 3.
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) names_itself_in_answers: bool,
}

/// Where the document of `issuer` is (section 4.1). Built from the text, for no parser to change.
pub(super) fn url(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

impl Metadata {
    /// The document of exactly this issuer, whose URLs are ones that we use.
    pub(crate) fn parse(document: &[u8], issuer: &str, reach: Reach) -> Result<Self, String> {
        let mut metadata: Self =
            serde_json::from_slice(document).map_err(|_| "it is not the metadata of an issuer".to_owned())?;
        // Identical, not equivalent (section 4.3): otherwise one issuer could speak for another.
        if metadata.issuer != issuer {
            let found: String = metadata.issuer.chars().take(200).collect();
            return Err(format!("the metadata are those of another issuer: {found:?}"));
        }
        let urls = [
            ("authorization_endpoint", Some(&metadata.authorization_endpoint)),
            ("token_endpoint", Some(&metadata.token_endpoint)),
            ("jwks_uri", Some(&metadata.jwks_uri)),
            ("userinfo_endpoint", metadata.userinfo_endpoint.as_ref()),
        ];
        for (name, url) in urls.into_iter().filter_map(|(name, url)| Some((name, url?))) {
            is_usable(url, reach).map_err(|why| format!("its `{name}` is not used: {why}"))?;
        }
        metadata.revocation_endpoint =
            metadata.revocation_endpoint.filter(|url| is_usable(url, reach).is_ok());
        Ok(metadata)
    }

    /// How to say who we are: as the issuer takes it, and never less than we can (section 3, default: `client_secret_basic`).
    pub(super) fn authentication(
        &self,
        has_secret: bool,
    ) -> Result<TokenEndpointAuthentication, &'static str> {
        let methods = self.token_endpoint_auth_methods_supported.as_deref();
        let takes = |method: &str| methods.is_some_and(|methods| methods.iter().any(|one| one == method));
        if !has_secret {
            let proves = self.code_challenge_methods_supported.as_deref();
            return match proves {
                Some(methods) if !methods.iter().any(|method| method == "S256") => {
                    Err("it knows no PKCE with S256, and there is no client secret")
                }
                _ => Ok(TokenEndpointAuthentication::None),
            };
        }
        if methods.is_none() || takes("client_secret_basic") {
            return Ok(TokenEndpointAuthentication::Basic);
        }
        if takes("client_secret_post") {
            return Ok(TokenEndpointAuthentication::Post);
        }
        Err("it takes a client secret neither by client_secret_basic nor by client_secret_post")
    }
}

fn is_usable(url: &str, reach: Reach) -> Result<(), &'static str> {
    if url.len() > MAX_URL_BYTES {
        return Err("it is too long");
    }
    // The parser forgives these silently, and the text goes into headers.
    if url.chars().any(|char| char.is_whitespace() || char.is_control() || matches!(char, '\\' | '#')) {
        return Err("it has white space, control characters, a backslash or a fragment");
    }
    check(url, reach).map(|_| ())
}
