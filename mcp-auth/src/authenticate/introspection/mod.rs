//! Token introspection (RFC 7662): the issuer is asked what a token means.

mod credentials;
mod endpoint;
mod response;

use std::{fmt, time::Duration};

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{
    TokenVerifier, VerifyError,
    issuer::{DEFAULT_LEEWAY, reach},
};
use crate::{
    ConfigError,
    config::{Problem, shown},
    http::{FetchError, HttpClient},
};
use credentials::Credentials;
use endpoint::Endpoint;

/// An issuer that is asked about its tokens (RFC 7662): for opaque tokens, which only it can read, and for those who want
/// revoked tokens to end at once.
///
/// ```
/// use mcp_auth::{Auth, Introspection};
///
/// # fn main() -> Result<(), mcp_auth::ConfigError> {
/// let secret = std::env::var("INTROSPECTION_SECRET").unwrap_or_else(|_| "only-an-example".to_owned());
/// let auth = Auth::builder()
///     .verifier(Introspection::new("https://auth.example.com", "notes-server", secret))
///     .resource("https://notes.example.com/mcp")
///     .build()?;
/// # let _ = auth;
/// # Ok(())
/// # }
/// ```
///
/// Every opaque token, and every JWT whose `iss` is the issuer's URL, is sent to the issuer with the server's own
/// credentials (`client_secret_basic`, RFC 6749 section 2.3.1). The answer must say `active: true`; its claims have then to
/// pass the checks of every token: audience, expiry and the rest. So the issuer has to name in its answers `aud`, `exp`,
/// `sub` and `token_type`, which RFC 7662 leaves to it (without a type, an access token cannot be told from a refresh
/// token); `iss` may be missing, because it is the issuer itself who speaks.
///
/// Good answers are remembered for 60 seconds unless [said otherwise](Self::with_cache), bad ones for 5. When the
/// issuer cannot be asked, or its answer is not understood, the request is answered with 503.
pub struct Introspection {
    issuer: String,
    credentials: Credentials,
    endpoint: Option<String>,
    audience: Option<String>,
    leeway: Duration,
    cache: Duration,
    private_network: bool,
    prefix: String,
    found: Endpoint,
}

impl Introspection {
    /// The issuer with this URL, which knows this server by `client_id` and `client_secret`. Where it is asked is found
    /// by discovery (`introspection_endpoint`, RFC 8414 section 2).
    pub fn new(
        issuer_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        Self {
            issuer: issuer_url.into(),
            credentials: Credentials::new(client_id.into(), client_secret.into()),
            endpoint: None,
            audience: None,
            leeway: DEFAULT_LEEWAY,
            cache: Duration::from_secs(60),
            private_network: false,
            prefix: String::new(),
            found: Endpoint::default(),
        }
    }

    /// Asks at this URL, without discovery.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The audience that tokens must carry when the issuer does not put the URL of the resource there (RFC 8707).
    ///
    /// # Deployment caveat
    ///
    /// Choose one that no other server shares: a token for one of them would be good for all of them.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// How far the issuer's clock may differ from ours: 30 seconds unless set, 60 at most.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How long a good answer is used again: 60 seconds unless set, and never longer than the token lives (RFC 7662
    /// section 4). Zero asks the issuer for every request.
    ///
    /// # Deployment caveat
    ///
    /// A revoked token is honoured for this time.
    #[must_use]
    pub fn with_cache(mut self, time: Duration) -> Self {
        self.cache = time;
        self
    }

    /// Asks only about opaque tokens that begin like this (`ory_at_`, for example): where another verifier takes opaque
    /// tokens too, each must know its own.
    #[must_use]
    pub fn with_token_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Lets this issuer live in a private network (RFC 1918, RFC 4193, RFC 6598).
    ///
    /// # Deployment caveat
    ///
    /// Whoever controls the issuer's metadata or its name in DNS can make this server send requests, with tokens and
    /// its own credentials, to `https` services of the private network.
    #[must_use]
    pub fn allow_private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    fn http(&self) -> Result<HttpClient, FetchError> {
        HttpClient::new(reach(&self.issuer, self.private_network))
    }

    async fn ask(&self, token: &str) -> Result<Map<String, Value>, VerifyError> {
        let http = self.found.http(|| self.http()).await?;
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => self.found.url(&self.issuer, &http).await?,
        };
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let document = http.post_form(&endpoint, &self.credentials.header(), form).await?;
        response::claims(&document, &self.issuer)
    }
}

impl TokenVerifier for Introspection {
    fn issuer(&self) -> &str {
        &self.issuer
    }

    async fn verify(&self, token: &str) -> Result<Map<String, Value>, VerifyError> {
        self.ask(token).await
    }

    /// Every opaque token, unless the issuer's have a prefix.
    fn recognizes(&self, token: &str) -> bool {
        token.starts_with(&self.prefix)
    }

    fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    fn leeway(&self) -> Duration {
        self.leeway
    }

    fn remember(&self) -> Duration {
        self.cache
    }

    fn check(&self) -> Result<(), ConfigError> {
        let mut problems = self.credentials.problems();
        if let Some(url) = &self.endpoint
            && let Err(message) = crate::http::check(url, reach(&self.issuer, self.private_network))
        {
            problems.push(Problem::new(
                "Introspection::with_endpoint",
                format!("`{}` is not asked: {message}", shown(url)),
                "use https and a public host; `allow_private_network` opens private networks",
            ));
        }
        if let Err(error) = self.http() {
            let help = "check that the system's root certificates are installed (package ca-certificates)";
            let message = format!("no HTTP client for the issuer: {error}");
            problems.push(Problem::new("Introspection::new", message, help));
        }
        ConfigError::check(problems)
    }
}

/// A URL with a password is refused when the server is built; until then it is not printed either.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("issuer", &shown(&self.issuer))
            .field("credentials", &self.credentials)
            .field("endpoint", &self.endpoint.as_deref().map(shown))
            .field("audience", &self.audience)
            .field("leeway", &self.leeway)
            .field("cache", &self.cache)
            .field("private_network", &self.private_network)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
