//! The `WWW-Authenticate` header (RFC 6750 section 3, RFC 9728 section 5.1).

use std::fmt;

use http::HeaderValue;

/// A Bearer challenge. Every parameter appears at most once (RFC 6750 section 3).
#[derive(Clone, Debug, Default)]
pub(crate) struct Challenge<'a> {
    pub(crate) error: Option<&'static str>,
    pub(crate) error_description: Option<&'a str>,
    pub(crate) scope: &'a [&'a str],
    pub(crate) resource_metadata: &'a str,
}

impl Challenge<'_> {
    /// The header's value; what cannot stand in a header was refused when the server started.
    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.to_string()).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
    }
}

impl fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer ")?;
        if let Some(error) = self.error {
            write!(f, "error=\"{error}\", ")?;
        }
        if let Some(description) = self.error_description {
            write!(f, "error_description=\"{}\", ", Quoted(description))?;
        }
        if !self.scope.is_empty() {
            write!(f, "scope=\"{}\", ", Quoted(&self.scope.join(" ")))?;
        }
        write!(f, "resource_metadata=\"{}\"", Quoted(self.resource_metadata))
    }
}

/// The text with everything left out that RFC 6750 section 3 does not allow inside a quoted value:
/// only %x20-21 / %x23-5B / %x5D-7E may stand there.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')) {
            fmt::Write::write_char(f, c)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r13_r14_each_parameter_stands_once_and_only_with_the_characters_allowed() {
        let challenge = Challenge {
            error: Some("insufficient_scope"),
            error_description: Some("say \"please\\\"\r\nX-Evil: 1 \u{e9}"),
            scope: &["mcp:read", "mcp:write"],
            resource_metadata: "https://mcp.example.com/.well-known/oauth-protected-resource/mcp",
        };
        let text = challenge.to_string();
        assert_eq!(
            text,
            "Bearer error=\"insufficient_scope\", error_description=\"say pleaseX-Evil: 1 \", \
             scope=\"mcp:read mcp:write\", \
             resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\""
        );
        assert_eq!(challenge.header().to_str().ok(), Some(text.as_str()));
    }

    #[test]
    fn r8_without_credentials_there_is_no_error() {
        let challenge = Challenge { resource_metadata: "http://localhost/x", ..Challenge::default() };
        assert_eq!(challenge.to_string(), "Bearer resource_metadata=\"http://localhost/x\"");
    }
}
