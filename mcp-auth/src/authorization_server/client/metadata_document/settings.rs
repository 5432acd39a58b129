//! `ClientDocuments`: whether ids may be URLs of documents, and what tests need.

use std::sync::Arc;

use url::Url;

use super::{documents::Documents, fetch::Fetcher};
use crate::{Problem, authorization_server::IssuerUrl, clock::Clock, transport::is_loopback};

/// Clients whose `client_id` is the URL of a document about them (client ID metadata documents), so that they need no
/// registration. On unless switched off.
///
/// ```
/// use mcp_auth::{AuthorizationServer, ClientDocuments};
///
/// let server = AuthorizationServer::new("https://mcp.example.com").client_documents(ClientDocuments::off());
/// ```
#[derive(Clone, Debug)]
pub struct ClientDocuments {
    on: bool,
    loopback: Option<Loopback>,
}

/// An origin of this machine, and who vouches for it.
#[derive(Clone, Debug)]
pub(super) struct Loopback {
    /// `https://localhost:8643`
    pub(super) origin: String,
    /// Certificates in PEM.
    pub(super) root: String,
}

impl Default for ClientDocuments {
    fn default() -> Self {
        Self::new()
    }
}

impl ClientDocuments {
    /// Documents of the public internet.
    #[must_use]
    pub fn new() -> Self {
        Self { on: true, loopback: None }
    }

    /// None: such ids are unknown, nothing is fetched, and the metadata do not promise it.
    #[must_use]
    pub fn off() -> Self {
        Self { on: false, loopback: None }
    }

    /// For tests: documents of one origin of this machine too, such as `https://localhost:8643`, whose certificate was
    /// issued by the authority `root` (PEM). No other address of this machine or its networks is reached. An authorization
    /// server at a public URL does not start with it.
    #[must_use]
    pub fn loopback(mut self, origin: impl Into<String>, root: impl Into<String>) -> Self {
        self.loopback = Some(Loopback { origin: origin.into(), root: root.into() });
        self
    }

    /// The documents, unless they are off.
    pub(in crate::authorization_server) fn start(
        self,
        issuer: &IssuerUrl,
        clock: &Clock,
    ) -> Result<Option<Arc<Documents>>, Problem> {
        let bad = |message: String, help: &str| Problem::new("ClientDocuments::loopback", message, help);
        if let Some(Loopback { origin, .. }) = &self.loopback {
            if !is_origin_of_this_machine(origin) {
                let message = format!("`{origin}` is no https origin of this machine");
                return Err(bad(message, "write it as `https://localhost:8643`, without a path"));
            }
            if !is_loopback(issuer.host()) {
                let message =
                    format!("`{}` is public, and strangers could reach this machine", issuer.as_str());
                return Err(bad(message, "take it out: it is for tests on one machine"));
            }
        }
        if !self.on {
            return Ok(None);
        }
        let fetcher = Fetcher::new(self.loopback);
        let fetcher = fetcher.map_err(|error| {
            bad(format!("the certificate cannot be used: {error}"), "give the authority's certificate in PEM")
        })?;
        Ok(Some(Documents::new(fetcher, clock.clone())))
    }
}

fn is_origin_of_this_machine(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https"
            && url.host_str().is_some_and(is_loopback)
            && url.origin().ascii_serialization() == text
    })
}
