//! The URL that names the protected server (RFC 8707, RFC 9728): kept verbatim, parsed only to be checked.

use std::fmt;

use url::Url;

use super::{Problem, shown};
use crate::transport::{HostPattern, is_loopback};

/// A resource URL, as the operator wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceUrl {
    text: String,
    /// `https://host:port`, a prefix of `text`.
    origin_length: usize,
    host: String,
    port: Option<u16>,
}

impl ResourceUrl {
    /// https, or http on this machine; no query, fragment or user.
    pub(crate) fn parse(text: &str, setting: &str) -> Result<Self, Problem> {
        let bad =
            |message: &str, help: &str| Problem::new(setting, format!("`{}` {message}", shown(text)), help);
        let example = "write the URL that clients use, such as https://mcp.example.com/mcp";
        let url = Url::parse(text).map_err(|_| bad("is not a URL", example))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => {
                return Err(bad(
                    "would send tokens in clear text",
                    "use https; http is for this machine only",
                ));
            }
            _ => return Err(bad("is not an https URL", example)),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("carries a user name", example));
        }
        if text.contains(['?', '#']) {
            return Err(bad("has a query or a fragment", "leave them out (RFC 8707 section 2)"));
        }
        if url.path().starts_with("/.well-known") {
            return Err(bad("lies where metadata are looked for", "choose another path, such as /mcp"));
        }
        if url.path().contains("//") {
            return Err(bad("has an empty part in its path", example));
        }
        // A URL that parsing would change names a different resource for clients that compare strings (RFC 9728 3.3).
        let canonical = url.as_str();
        if canonical != text && canonical.strip_suffix('/') != Some(text) {
            return Err(bad("is not in its normal form", &format!("write {canonical}")));
        }
        let path_at = text.find("://").map_or(0, |at| at + 3);
        let origin_length = text[path_at..].find('/').map_or(text.len(), |at| path_at + at);
        Ok(Self { text: text.to_owned(), origin_length, host, port: url.port() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// `https://mcp.example.com`
    pub(crate) fn origin(&self) -> &str {
        &self.text[..self.origin_length]
    }

    /// `/mcp`; empty for a resource without a path.
    pub(crate) fn path(&self) -> &str {
        let path = &self.text[self.origin_length..];
        if path == "/" { "" } else { path }
    }

    /// The well-known URI of the metadata: inserted between host and path (RFC 9728 section 3.1).
    pub(crate) fn metadata_url(&self) -> String {
        format!("{}{}", self.origin(), self.metadata_path())
    }

    pub(crate) fn metadata_path(&self) -> String {
        format!("{METADATA}{}", self.path())
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The port, also where the scheme implies it.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.text.starts_with("https:") { 443 } else { 80 })
    }

    /// The hosts that requests for this resource name.
    pub(crate) fn host_pattern(&self) -> Option<HostPattern> {
        HostPattern::parse(&self.host)
    }
}

/// The root form of the metadata's well-known URI.
pub(crate) const METADATA: &str = "/.well-known/oauth-protected-resource";

impl fmt::Display for ResourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ResourceUrl, Problem> {
        ResourceUrl::parse(text, "MCP_AUTH_RESOURCE")
    }

    #[test]
    fn r3_r4_urls_are_kept_and_metadata_are_inserted_before_the_path() {
        for (resource, metadata) in [
            (
                "https://mcp.example.com/mcp",
                "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
            ),
            ("https://mcp.example.com", "https://mcp.example.com/.well-known/oauth-protected-resource"),
            ("https://mcp.example.com/", "https://mcp.example.com/.well-known/oauth-protected-resource"),
            ("http://localhost:3000/a/b/", "http://localhost:3000/.well-known/oauth-protected-resource/a/b/"),
            ("http://[::1]:3000", "http://[::1]:3000/.well-known/oauth-protected-resource"),
        ] {
            let url = parse(resource).expect(resource);
            assert_eq!(url.as_str(), resource);
            assert_eq!(url.metadata_url(), metadata);
        }
    }

    #[test]
    fn r23_other_urls_are_refused_with_what_to_write() {
        for resource in [
            "",
            "mcp",
            "/mcp",
            "ftp://mcp.example.com",
            "http://mcp.example.com/mcp",
            "http://localhost.evil.example/mcp",
            "https://mcp.example.com/mcp#top",
            "https://mcp.example.com/mcp?x=1",
            "https://user@mcp.example.com/mcp",
            "https://MCP.example.com/mcp",
            "https://mcp.example.com:443/mcp",
            "https://mcp.example.com/a/../mcp",
            "https:/mcp.example.com",
            "https://mcp.example.com/mcp//",
            "https://mcp.example.com/.well-known/oauth-protected-resource",
        ] {
            assert!(parse(resource).is_err(), "{resource}");
        }
        assert_eq!(
            parse("https://MCP.example.com/mcp").unwrap_err().help,
            "write https://mcp.example.com/mcp"
        );
    }
}
