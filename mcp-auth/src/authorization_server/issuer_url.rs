//! The URL of the authorization server (RFC 8414 section 2), and those of its endpoints.

use crate::{
    authenticate::check_issuer_url,
    config::{Problem, shown},
};

/// The issuer's URL, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuerUrl {
    text: String,
    origin_length: usize,
}

impl IssuerUrl {
    pub(crate) fn parse(text: &str, setting: &str) -> Result<Self, Problem> {
        let bad = |message: &str| {
            Problem::new(
                setting,
                format!("`{}` cannot be the URL of an authorization server: {message}", shown(text)),
                "write the URL at which people's browsers reach it, such as https://mcp.example.com",
            )
        };
        check_issuer_url(text).map_err(bad)?;
        // Its path becomes routes, where these have a meaning.
        if text.contains(['{', '}', '*', '%']) {
            return Err(bad("`{`, `}`, `*` and `%` cannot stand in its path"));
        }
        if text.ends_with('/') {
            return Err(bad("it ends with a slash, and clients compare it character by character"));
        }
        let authority = text.find("://").map_or(0, |at| at + 3);
        let origin_length = text[authority..].find('/').map_or(text.len(), |at| authority + at);
        Ok(Self { text: text.to_owned(), origin_length })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// `https://mcp.example.com`
    pub(crate) fn origin(&self) -> &str {
        &self.text[..self.origin_length]
    }

    /// `mcp.example.com`, without the port.
    pub(crate) fn host(&self) -> &str {
        let authority = self.origin().split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            _ => authority,
        }
    }

    /// `/auth`; empty for an issuer without a path.
    pub(crate) fn path(&self) -> &str {
        &self.text[self.origin_length..]
    }

    /// The path of an endpoint: `/auth/token` for `/token`.
    pub(crate) fn path_of(&self, endpoint: &str) -> String {
        format!("{}{endpoint}", self.path())
    }

    /// The URL of an endpoint.
    pub(crate) fn url_of(&self, endpoint: &str) -> String {
        format!("{}{endpoint}", self.text)
    }

    /// Whether browsers reach it by https: cookies are `Secure` then.
    pub(crate) fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }
}
