//! One trusted issuer and how its keys are found.

mod discovery;
mod url;

#[cfg(test)]
pub(crate) use discovery::jwks_uri;
pub(crate) use discovery::{DiscoveryError, Wanted, discover};
pub(crate) use url::check_issuer_url;
pub(crate) use url::is_loopback_http;

use std::{fmt, sync::Arc, time::Duration};

use super::{
    jwks::{KeySet, KeySource, KeyTiming, Keys},
    jwt::Expectations,
};
use crate::{
    clock::Clock,
    config::{Problem, shown},
    http::{HttpClient, Reach},
};

pub(super) const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);
/// RFC 7519 section 4.1.4 allows "no more than a few minutes"; a clock that is off by one is broken.
pub(super) const MAX_LEEWAY: Duration = Duration::from_secs(60);

/// One trusted issuer of access tokens (Keycloak, Logto, Auth0, Entra ID, Okta, any OAuth 2.1 or OpenID Connect
/// server), and how its keys are found.
///
/// ```
/// use mcp_auth::Issuer;
///
/// let strict = Issuer::new("https://auth.example.com");
/// let keycloak = Issuer::new("https://sso.example.com/realms/main").accept_any_token_type();
/// # let _ = (strict, keycloak);
/// ```
///
/// Without further words, tokens must be access tokens by RFC 9068: a signed JWT of type `at+jwt`, from exactly this
/// issuer, for exactly the URL of the resource, not expired, and signed by a key that the issuer publishes now.
///
/// What is wrong with an issuer (a URL that cannot be one, broken keys) is reported when the server is built, together
/// with everything else.
#[derive(Clone)]
pub struct Issuer {
    url: String,
    keys: KeyLocation,
    any_token_type: bool,
    private_network: bool,
    audience: Option<String>,
    leeway: Duration,
    fake: Option<Fake>,
}

/// An issuer whose tokens anybody makes who can run code in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fake {
    /// For first steps on this machine.
    Development,
    /// For tests, which may call a public resource by its name as long as nobody listens there.
    #[cfg(feature = "testing")]
    Test,
}

#[derive(Clone)]
enum KeyLocation {
    Discovery,
    Url(String),
    Given(String),
}

/// A URL with a password is refused when the server is built; until then it is not printed either.
impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("url", &shown(&self.url))
            .field("keys", &self.keys)
            .field("any_token_type", &self.any_token_type)
            .field("private_network", &self.private_network)
            .field("audience", &self.audience)
            .field("leeway", &self.leeway)
            .field("fake", &self.fake)
            .finish()
    }
}

/// Given keys are not printed: somebody may have pasted the private ones.
impl fmt::Debug for KeyLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discovery => f.write_str("Discovery"),
            Self::Url(url) => write!(f, "Url({})", shown(url)),
            Self::Given(_) => f.write_str("Given(…)"),
        }
    }
}

impl Issuer {
    /// The issuer with this URL, exactly as it stands in its tokens (`iss`): `https`, or `http` on this machine, without
    /// query, fragment and user.
    ///
    /// Its keys are found by discovery: RFC 8414 section 3, then both places of OpenID Connect Discovery. The document's
    /// `issuer` must be this URL, character by character.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            keys: KeyLocation::Discovery,
            any_token_type: false,
            private_network: false,
            audience: None,
            leeway: DEFAULT_LEEWAY,
            fake: None,
        }
    }

    /// Marks an issuer that must not be trusted where strangers call.
    pub(crate) fn made_up(self, fake: Fake) -> Self {
        Self { fake: Some(fake), ..self }
    }

    pub(crate) fn fake(&self) -> Option<Fake> {
        self.fake
    }

    /// Keys from this URL, without discovery.
    #[must_use]
    pub fn with_jwks_url(mut self, url: impl Into<String>) -> Self {
        self.keys = KeyLocation::Url(url.into());
        self
    }

    /// These keys, without any request to the issuer: a JSON Web Key Set (RFC 7517 section 5) of public keys.
    ///
    /// # Deployment caveat
    ///
    /// A key that the issuer withdraws is honoured until this server is started with others.
    #[must_use]
    pub fn with_keys(mut self, jwks_json: impl Into<String>) -> Self {
        self.keys = KeyLocation::Given(jwks_json.into());
        self
    }

    /// Takes tokens whose header says `typ: JWT` or nothing, and not `at+jwt` (RFC 9068 section 4). Keycloak, Auth0 and
    /// Entra ID send such tokens.
    ///
    /// # Deployment caveat
    ///
    /// Kinds of tokens are then told apart by their claims alone. ID tokens, refresh tokens, logout tokens and proofs
    /// are still refused where they can be recognised (`typ`, `token_use`, `at_hash`, `nonce` and others), and because
    /// they are for another audience. Do not combine it with an audience that is also the id of a client.
    #[must_use]
    pub fn accept_any_token_type(mut self) -> Self {
        self.any_token_type = true;
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
    ///
    /// # Deployment caveat
    ///
    /// Tokens live longer by this time.
    #[must_use]
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Lets this issuer live in a private network (RFC 1918, RFC 4193, RFC 6598).
    ///
    /// # Deployment caveat
    ///
    /// Whoever controls the issuer's metadata or its name in DNS can make this server send GET requests to
    /// `https` services of the private network. Their answers are read as keys and never shown.
    #[must_use]
    pub fn allow_private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    /// The issuer's URL as it was given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The audience of its tokens, where that is not the resource's URL.
    pub(super) fn audience(&self) -> Option<&str> {
        self.audience.as_deref()
    }

    /// What tokens for `resource` must say; all problems otherwise.
    pub(super) fn expectations(&self, resource: &str) -> Result<Expectations, Vec<Problem>> {
        let mut problems = Vec::new();
        if let Err(message) = check_issuer_url(&self.url) {
            problems.push(Problem::new(
                "Issuer::new",
                format!("`{}` is not the URL of an issuer: {message}", shown(&self.url)),
                "copy `issuer` from the issuer's metadata, for example https://auth.example.com",
            ));
        }
        if self.leeway > MAX_LEEWAY {
            problems.push(Problem::new(
                "Issuer::with_leeway",
                format!("{} seconds are more than {}", self.leeway.as_secs(), MAX_LEEWAY.as_secs()),
                "let the clocks be set by NTP and keep the leeway small",
            ));
        }
        let audience = self.audience.as_deref().unwrap_or(resource);
        if audience.is_empty() {
            problems.push(Problem::new(
                "Issuer::with_audience",
                "the audience is empty",
                "name the audience that the issuer puts into tokens for this server",
            ));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Expectations {
            issuer: self.url.clone(),
            audience: audience.to_owned(),
            leeway: self.leeway,
            any_token_type: self.any_token_type,
        })
    }

    /// The issuer's keys, which are nobody else's (RFC 8725 section 3.8).
    pub(super) fn keys(&self, timing: KeyTiming, clock: Clock) -> Result<Arc<Keys>, Problem> {
        let source = match &self.keys {
            KeyLocation::Given(json) => return self.given_keys(json, clock),
            KeyLocation::Discovery => KeySource::Discovery { issuer: self.url.clone() },
            KeyLocation::Url(url) => {
                crate::http::check(url, self.reach()).map_err(|message| {
                    let help = "use https and a public host; `allow_private_network` opens private networks";
                    Problem::new(
                        "Issuer::with_jwks_url",
                        format!("`{}` is not fetched: {message}", shown(url)),
                        help,
                    )
                })?;
                KeySource::Url(url.clone())
            }
        };
        let http = HttpClient::new(self.reach()).map_err(|error| {
            let help = "check that the system's root certificates are installed (package ca-certificates)";
            Problem::new("Issuer::new", format!("no HTTP client for the issuer's keys: {error}"), help)
        })?;
        Ok(Arc::new(Keys::fetched(&self.url, source, http, timing, clock)))
    }

    fn given_keys(&self, json: &str, clock: Clock) -> Result<Arc<Keys>, Problem> {
        let (set, left_out) = KeySet::parse(json.as_bytes()).map_err(|error| {
            let help = "give a JSON Web Key Set with public signature keys: {\"keys\": [...]}";
            Problem::new("Issuer::with_keys", error.to_string(), help)
        })?;
        for why in left_out {
            tracing::info!(issuer = %self.url, why, "a key of the issuer is not used");
        }
        Ok(Arc::new(Keys::fixed(&self.url, set, clock)))
    }

    fn reach(&self) -> Reach {
        reach(&self.url, self.private_network)
    }
}

/// Requests to this machine are sent only for an issuer that is on this machine.
pub(super) fn reach(issuer: &str, private_network: bool) -> Reach {
    Reach { loopback: is_loopback_http(issuer), private: private_network }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_says_what_is_configured() {
        let issuer = Issuer::new("https://auth.example.com").with_audience("notes");
        let text = format!("{issuer:?}");
        assert!(
            text.contains("https://auth.example.com") && text.contains("Discovery") && text.contains("notes")
        );
        let text = format!("{:?}", issuer.with_jwks_url("https://auth.example.com/keys"));
        assert!(text.contains("Url(https://auth.example.com/keys"), "{text}");
    }

    #[test]
    fn r43_given_keys_are_not_printed() {
        let issuer = Issuer::new("https://auth.example.com").with_keys(r#"{"keys":[{"d":"hunter2"}]}"#);
        assert!(!format!("{issuer:?}").contains("hunter2"));
        let problems = |issuer: &Issuer| crate::Auth::builder().issuer(issuer.clone()).build();
        let issuer = Issuer::new("https://me:hunter2@auth.example.com");
        assert!(!format!("{issuer:?} {:?}", problems(&issuer)).contains("hunter2"));
        let builder =
            crate::Auth::builder().issuer(issuer.clone()).resource("https://me:hunter2@mcp.example.com");
        assert!(!format!("{builder:?} {:?}", builder.clone().build()).contains("hunter2"));
        let issuer = issuer.with_jwks_url("https://me:hunter2@auth.example.com/keys?key=hunter2");
        assert!(!format!("{issuer:?} {:?}", problems(&issuer)).contains("hunter2"));
    }
}
