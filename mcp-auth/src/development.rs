//! `DevelopmentIssuer`: tokens without an authorization server, on this machine only.

mod token;

pub use token::{DevelopmentToken, DevelopmentTokenBuilder};

use std::{fmt, sync::Arc};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    authenticate::{Fake, Issuer, check_issuer_url},
    clock::Clock,
    config::{ConfigError, Problem, shown},
    random,
};

/// An issuer of access tokens that lives in this process: for the first steps, for tests, and for nothing else.
///
/// ```
/// use mcp_auth::DevelopmentIssuer;
///
/// # fn main() -> Result<(), mcp_auth::ConfigError> {
/// let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000")?;
/// let token = issuer.token("alice").scopes("notes:read").audience("http://127.0.0.1:3000/mcp").issue();
/// println!("Authorization: Bearer {}", token.expose());
/// # Ok(())
/// # }
/// ```
///
/// Its key is made anew in memory at each start and never leaves it. It gives a token to whoever can call
/// [`token`](Self::token), so it is refused for every URL that is not `http` on this machine.
#[derive(Clone)]
pub struct DevelopmentIssuer {
    url: String,
    key_id: String,
    key_pair: Arc<EcdsaKeyPair>,
    clock: Clock,
}

impl DevelopmentIssuer {
    /// An issuer with this URL, which must be `http` on this machine (127.0.0.0/8, `[::1]` or `localhost`).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for every other URL, and when the system gives no randomness for the key.
    pub fn new(url: impl Into<String>) -> Result<Self, ConfigError> {
        Self::with_clock(url, Clock::system())
    }

    pub(crate) fn with_clock(url: impl Into<String>, clock: Clock) -> Result<Self, ConfigError> {
        let url = url.into();
        check_loopback(&url)?;
        let (key_id, key_pair) = generate()?;
        Ok(Self { url, key_id, key_pair: Arc::new(key_pair), clock })
    }

    /// The issuer's URL as it was given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// This issuer for the server that trusts it: its key is given, nothing is fetched. As with
    /// [`AuthBuilder::development_issuer`](crate::AuthBuilder::development_issuer), a public resource URL is an error.
    pub fn issuer(&self) -> Issuer {
        Issuer::new(&self.url).with_keys(self.jwks().to_string()).made_up(Fake::Development)
    }

    /// A token for `subject`, to be filled in. It is good for an hour; its audience has to be set.
    pub fn token(&self, subject: impl Into<String>) -> DevelopmentTokenBuilder {
        DevelopmentTokenBuilder::new(self, subject.into())
    }

    /// The public key as a JSON Web Key Set (RFC 7517 section 5).
    pub fn jwks(&self) -> Value {
        // An uncompressed point: a 4, then both coordinates (SEC 1 section 2.3.3).
        let (x, y) = self.key_pair.public_key().as_ref().get(1..).unwrap_or_default().split_at(32);
        json!({
            "keys": [{
                "kty": "EC",
                "crv": "P-256",
                "x": URL_SAFE_NO_PAD.encode(x),
                "y": URL_SAFE_NO_PAD.encode(y),
                "alg": "ES256",
                "use": "sig",
                "kid": self.key_id,
            }]
        })
    }

    /// Whether it is the same issuer, key and all.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.key_pair, &other.key_pair)
    }

    /// Where the metadata and the keys are served, as paths of the issuer's origin: inserted before the issuer's own path,
    /// and behind it.
    pub(crate) fn paths(&self) -> (String, String) {
        let authority = self.url.find("://").map_or(0, |at| at + 3);
        let path = self.url[authority..].find('/').map_or("", |at| &self.url[authority + at..]);
        let path = path.trim_end_matches('/');
        (format!("/.well-known/oauth-authorization-server{path}"), format!("{path}/.well-known/jwks.json"))
    }

    /// The issuer's metadata (RFC 8414 section 2), for tools that look for them. There is nothing to sign in at.
    pub fn metadata(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/.well-known/jwks.json", self.url.trim_end_matches('/')),
            // Required, even of an issuer that has no authorization endpoint.
            "response_types_supported": ["none"],
        })
    }
}

/// Everything that a stranger could reach is refused.
fn check_loopback(url: &str) -> Result<(), Problem> {
    let problem = |message: &str| {
        Problem::new(
            "DevelopmentIssuer::new",
            format!("`{}` cannot be the URL of a development issuer: {message}", shown(url)),
            "write http://127.0.0.1:3000, or trust a real issuer with Issuer::new",
        )
    };
    check_issuer_url(url).map_err(problem)?;
    // Its path becomes a route, where these have a meaning.
    if url.contains(['{', '}']) {
        return Err(problem("braces cannot stand in its path"));
    }
    // An issuer's http URL is always one of this machine.
    if url.starts_with("http://") {
        Ok(())
    } else {
        Err(problem("it gives tokens to everybody on this machine"))
    }
}

fn generate() -> Result<(String, EcdsaKeyPair), Problem> {
    let problem = |message: String| {
        Problem::new(
            "DevelopmentIssuer::new",
            message,
            "check the system's source of randomness (/dev/urandom)",
        )
    };
    let key_id = random::identifier().map_err(|error| problem(error.to_string()))?;
    let key_pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
        .map_err(|_| problem("no key could be made".to_owned()))?;
    Ok((key_id, key_pair))
}

impl fmt::Debug for DevelopmentIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevelopmentIssuer").field("url", &self.url).finish_non_exhaustive()
    }
}
