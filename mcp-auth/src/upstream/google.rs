//! Google: OpenID Connect with words of its own.

use std::sync::Arc;

use super::{AnyProvider, UpstreamProvider, oidc::Oidc, provider::IntoProvider};
use crate::Secret;

pub(super) const ID: &str = "google";
const ISSUER: &str = "https://accounts.google.com";
const API: &str = "https://www.googleapis.com";

/// Sign in with Google, and Google's APIs for tools ([`Upstream<Google>`](crate::Upstream)).
///
/// ```no_run
/// use mcp_auth::{AuthorizationServer, Google};
///
/// # fn main() -> Result<(), mcp_auth::ConfigError> {
/// let google = Google::from_env()?.scopes(["profile", "email"]);
/// let settings = AuthorizationServer::new("https://mcp.example.com").sign_in(google);
/// # let _ = settings;
/// # Ok(())
/// # }
/// ```
///
/// It takes the client id and secret of a *web application* (Google Cloud console, "Clients"). The redirect URI that has to be
/// registered there is the authorization server's URL and `/google/callback`.
///
/// A person is Google's `sub`, in tokens `google:1095…`. Everybody with a Google account can sign in; who may enter is for a
/// policy to say. Google is asked for refresh tokens (`access_type=offline`), which it gives when its own consent page is shown
/// (`prompt=consent`), so that page is always shown.
#[derive(Clone, Debug)]
#[must_use = "a sign-in does nothing before it is given to `AuthorizationServer::sign_in`"]
pub struct Google(Oidc);

impl Google {
    /// The client id and the client secret that Google gave this server.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<Secret>) -> Self {
        let parameters = vec![("access_type", "offline")];
        let google = Oidc::new(ID, ISSUER, client_id, client_secret).with_prompt("consent");
        Self(google.preset(ID, "Google", API, parameters, "Google::new"))
    }

    /// What is asked for there besides `openid`: unless set, `profile` and `email`. Tools may need more, such as
    /// `https://www.googleapis.com/auth/calendar.readonly`; the consent page says what is asked.
    pub fn scopes<T: Into<String>>(self, scopes: impl IntoIterator<Item = T>) -> Self {
        Self(self.0.scopes(scopes))
    }

    /// Another id than `google`, for a second sign-in with Google beside the first; see
    /// [`UpstreamProvider`](crate::UpstreamProvider).
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self(self.0.with_id(id.into()))
    }

    /// What pages call it: `Google` unless set.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self(self.0.with_name(name))
    }

    /// Another Google, such as `testing::FakeOidc`.
    pub fn with_issuer(self, url: impl Into<String>) -> Self {
        Self(self.0.with_issuer(url.into()))
    }

    /// Where the API is that tools use: `https://www.googleapis.com` unless set.
    pub fn with_api_url(self, url: impl Into<String>) -> Self {
        Self(self.0.with_api_url(url))
    }
}

impl IntoProvider for Google {
    fn into_provider(self) -> Arc<dyn AnyProvider> {
        self.0.into_provider()
    }
}

impl UpstreamProvider for Google {
    const ID: &'static str = ID;
}
