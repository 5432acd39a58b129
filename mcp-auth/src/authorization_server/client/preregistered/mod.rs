//! Clients that the operator has written down: no registration, no expiry, and they may be more than public.

mod checks;
mod document;
mod known;

use std::{fmt, path::Path};

use serde_json::Value;

pub(crate) use self::{
    checks::problems,
    document::{read, read_file},
    known::{KnownClient, KnownClients},
};
use crate::{ConfigError, Secret};

/// A client that the operator knows, for [`AuthorizationServer::client`](crate::AuthorizationServer::client).
///
/// ```
/// use mcp_auth::PreregisteredClient;
///
/// // An app that people use: they sign in and agree, as with every client.
/// let app = PreregisteredClient::public("notes-app").name("Notes").redirect_uri("http://127.0.0.1/callback");
///
/// // A program on a server, with a secret.
/// # let secret = "0123456789abcdef0123456789abcdef";
/// let portal = PreregisteredClient::with_secret("portal", secret)
///     .redirect_uri("https://portal.example.com/callback")
///     .scopes(["notes:read"]);
///
/// // A machine, without any person (RFC 6749 section 4.4).
/// # let secret = "0123456789abcdef0123456789abcdee";
/// let nightly = PreregisteredClient::with_secret("nightly", secret).machine().scopes(["notes:read"]);
/// # let _ = (app, portal, nightly);
/// ```
#[derive(Clone)]
#[must_use = "give it to `AuthorizationServer::client`"]
pub struct PreregisteredClient {
    id: String,
    name: Option<String>,
    proof: Proof,
    redirect_uris: Vec<String>,
    machine: bool,
    scopes: Option<Vec<String>>,
    introspects: Vec<String>,
    /// Where it is written: a variable, with the file if it names one.
    source: Option<(&'static str, Option<String>)>,
}

/// How it proves who it is.
#[derive(Clone)]
enum Proof {
    None,
    Basic(Secret),
    Post(Secret),
    Keys(Value),
    KeysAt(String),
}

impl PreregisteredClient {
    /// A public client: an app in the hands of people, which cannot keep a secret.
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            proof: Proof::None,
            redirect_uris: Vec::new(),
            machine: false,
            scopes: None,
            introspects: Vec::new(),
            source: None,
        }
    }

    /// A confidential client that sends id and secret in the `Authorization` header (`client_secret_basic`). The secret has at
    /// least 32 characters, such as the output of `openssl rand -hex 32`: nobody guesses it, however often they try.
    pub fn with_secret(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { proof: Proof::Basic(secret.into()), ..Self::public(id) }
    }

    /// A confidential client that sends id and secret in the form (`client_secret_post`).
    pub fn with_secret_in_form(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { proof: Proof::Post(secret.into()), ..Self::public(id) }
    }

    /// A confidential client that signs with a key of its own (`private_key_jwt`, RFC 7523). `jwks` is the JSON Web Key Set
    /// with the public keys (RFC 7517): P-256 (ES256), Ed25519 (`EdDSA`), or RSA (RS256; PS256 where the key's `alg` says so).
    pub fn with_keys(id: impl Into<String>, jwks: Value) -> Self {
        Self { proof: Proof::Keys(jwks), ..Self::public(id) }
    }

    /// The same with the public keys at this URL, where the client can exchange them: `https`, or `http` on this machine
    /// where the authorization server is on it too.
    pub fn with_keys_at(id: impl Into<String>, jwks_uri: impl Into<String>) -> Self {
        Self { proof: Proof::KeysAt(jwks_uri.into()), ..Self::public(id) }
    }

    /// What people read on the consent page; the id where there is no name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Where people are sent back to. Each call adds one. With a redirect URI, the client may ask people (authorization code
    /// and refresh token). The port of an `http` URI of this machine does not count (RFC 8252 section 7.3).
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// May ask for tokens of its own, without a person (`client_credentials`, RFC 6749 section 4.4). It needs a secret or keys,
    /// and its [`scopes`](Self::scopes) have to be said. The subject of such a token is `client:` and the id.
    pub fn machine(mut self) -> Self {
        self.machine = true;
        self
    }

    /// The scopes that it can have at most. Without this, people may give it every scope there is, and a machine does not
    /// start.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes.get_or_insert_default().extend(scopes.into_iter().map(Into::into));
        self
    }

    /// It is the server behind this resource, elsewhere, and may ask `/introspect` about access tokens for it (RFC 7662).
    /// Each call adds one.
    pub fn introspects(mut self, resource: impl Into<String>) -> Self {
        self.introspects.push(resource.into());
        self
    }

    /// The clients in this JSON file: a list of objects with the names of RFC 7591, see
    /// [the guide](crate::AuthorizationServer#clients-that-you-know).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem of the file, each with client and member.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Vec<Self>, ConfigError> {
        let (clients, problems) = document::read_file(path.as_ref(), "PreregisteredClient::from_file");
        ConfigError::check(problems)?;
        Ok(clients)
    }

    fn is_confidential(&self) -> bool {
        !matches!(self.proof, Proof::None)
    }
}

/// Its secret is not printed.
impl fmt::Debug for PreregisteredClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreregisteredClient")
            .field("id", &self.id)
            .field("redirect_uris", &self.redirect_uris)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
