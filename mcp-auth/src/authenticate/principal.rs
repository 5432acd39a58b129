//! Who a token speaks for.

/// A person (or service) at one issuer, through one client: what sessions, tasks and handles are bound to.
///
/// Subjects are unique within an issuer only, so neither part means anything alone.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Principal {
    issuer: String,
    subject: String,
    client_id: Option<String>,
}

impl Principal {
    pub(crate) fn new(
        issuer: impl Into<String>,
        subject: impl Into<String>,
        client_id: Option<String>,
    ) -> Self {
        Self { issuer: issuer.into(), subject: subject.into(), client_id }
    }

    /// Who vouches for the subject: `iss` (RFC 7519 section 4.1.1).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Who it is, within the issuer: `sub` (RFC 7519 section 4.1.2).
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The application that acts, when the token names it: `client_id` (RFC 9068 section 2.2), or `azp` or `cid` of
    /// issuers that use those names.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }
}
