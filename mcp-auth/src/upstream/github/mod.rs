//! GitHub: OAuth apps and GitHub Apps, on github.com and on Enterprise servers.

mod answers;
mod environment;
mod exchange;
mod person;
mod scopes;
mod service;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use ::url::form_urlencoded::Serializer;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    AnyProvider, Callback, Departure, Leg, Provider, SignInError, SignedIn, Tokens, provider::ProviderFuture,
};
use crate::{
    Problem, Secret,
    authenticate::is_loopback_http,
    authorization_server::IssuerUrl,
    config::shown,
    http::{HttpClient, Reach, check},
    store::Timestamp,
};

const ID: &str = "github";
const GITHUB_COM: &str = "https://github.com";
const API_OF_GITHUB_COM: &str = "https://api.github.com";

/// Sign in with GitHub, and GitHub's API for tools ([`Upstream<GitHub>`](crate::Upstream)).
///
/// ```no_run
/// use mcp_auth::{AuthorizationServer, GitHub};
///
/// # fn main() -> Result<(), mcp_auth::ConfigError> {
/// let github = GitHub::from_env()?.scopes(["read:user"]);
/// let settings = AuthorizationServer::new("https://mcp.example.com").sign_in(github);
/// # let _ = settings;
/// # Ok(())
/// # }
/// ```
///
/// It takes the client id and secret of an OAuth app, or of a GitHub App whose people sign in. The callback that has to be
/// registered there is the authorization server's URL and `/github/callback`.
///
/// A person is GitHub's numeric id, in tokens `github:583231`: logins change hands.
#[derive(Clone)]
#[must_use = "a sign-in does nothing before it is given to `AuthorizationServer::sign_in`"]
pub struct GitHub {
    client_id: String,
    client_secret: Secret,
    scopes: Vec<String>,
    base_url: String,
    api_url: Option<String>,
    private_network: bool,
    http: Arc<OnceLock<HttpClient>>,
}

impl GitHub {
    /// The client id and the client secret of the app at GitHub.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<Secret>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            scopes: Vec::new(),
            base_url: GITHUB_COM.to_owned(),
            api_url: None,
            private_network: false,
            http: Arc::default(),
        }
    }

    /// What tools need there, such as `read:user`; the consent page says so. Default: nothing, which is enough to learn who
    /// somebody is. GitHub Apps have permissions instead, and ignore it.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self.scopes.sort();
        self.scopes.dedup();
        self
    }

    /// A GitHub Enterprise server, such as `https://github.example.com`; its API is then at `/api/v3`.
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = trimmed(&url.into());
        self.http = Arc::default();
        self
    }

    /// Where the API is, if it is not where [`with_base_url`](Self::with_base_url) looks for it, such as
    /// `https://api.example.ghe.com`.
    pub fn with_api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(trimmed(&url.into()));
        self.http = Arc::default();
        self
    }

    /// Lets the Enterprise server live in a private network (RFC 1918, RFC 4193, RFC 6598).
    pub fn allow_private_network(mut self) -> Self {
        self.private_network = true;
        self.http = Arc::default();
        self
    }

    fn api_url(&self) -> String {
        match &self.api_url {
            Some(url) => url.clone(),
            None if self.base_url == GITHUB_COM => API_OF_GITHUB_COM.to_owned(),
            None => format!("{}/api/v3", self.base_url),
        }
    }

    /// Requests to this machine are sent only for a GitHub that is on this machine.
    fn reach(&self) -> Reach {
        let loopback = is_loopback_http(&self.base_url) || is_loopback_http(&self.api_url());
        Reach { loopback, private: self.private_network }
    }

    fn http(&self) -> Result<&HttpClient, SignInError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let new = HttpClient::new(self.reach()).map_err(|error| {
            SignInError::Misconfigured(format!("there is no HTTP client for GitHub: {error}"))
        })?;
        Ok(self.http.get_or_init(|| new))
    }
}

fn trimmed(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

impl Provider for GitHub {}

impl AnyProvider for GitHub {
    fn id(&self) -> &'static str {
        ID
    }

    fn name(&self) -> &'static str {
        "GitHub"
    }

    fn asks(&self, scopes: &[String]) -> Vec<String> {
        scopes::words(scopes)
    }

    fn scopes(&self) -> &[String] {
        &self.scopes
    }

    fn includes(&self, held: &str, scope: &str) -> bool {
        scopes::includes(held, scope)
    }

    fn is_on_this_machine(&self) -> bool {
        is_loopback_http(&self.base_url)
    }

    fn problems(&self, _issuer: &IssuerUrl) -> Vec<Problem> {
        let mut problems = self.credentials_missing();
        for (setting, url) in
            [("GitHub::with_base_url", self.base_url.clone()), ("GitHub::with_api_url", self.api_url())]
        {
            let odd = if url.contains(['?', '#']) { Err("it has a query or a fragment") } else { Ok(()) };
            if let Err(why) = odd.and_then(|()| check(&url, self.reach()).map(|_| ())) {
                problems.push(Problem::new(
                    setting,
                    format!("`{}` cannot be the URL of a GitHub server: {why}", shown(&url)),
                    "write https and the host; `allow_private_network` opens private networks",
                ));
            }
        }
        problems.extend(self.scopes.iter().filter(|scope| !scopes::is_scope(scope)).map(|scope| {
            let help = "name GitHub's scopes one by one: `.scopes([\"read:user\", \"repo\"])`";
            Problem::new("GitHub::scopes", format!("`{scope}` is not one scope"), help)
        }));
        if let Err(error) = self.http() {
            let help = "check that the system's root certificates are installed (package ca-certificates)";
            problems.push(Problem::new("GitHub::new", error.to_string(), help));
        }
        problems
    }

    fn departure(&self, leg: &Leg) -> Departure {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &leg.redirect_uri)
            .append_pair("state", leg.state.expose())
            .append_pair("code_challenge", &challenge(&leg.code_verifier))
            .append_pair("code_challenge_method", "S256");
        if !leg.scopes.is_empty() {
            query.append_pair("scope", &leg.scopes.join(" "));
        }
        Departure::Redirect(format!("{}/login/oauth/authorize?{}", self.base_url, query.finish()))
    }

    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        leg: &'a Leg,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>> {
        Box::pin(async move {
            let code = match callback {
                Callback::Code(code) => code,
                Callback::Error(error) => return Err(answers::said(error)),
            };
            let tokens = self.redeem(code, leg, now).await?;
            // The token is ours, because it came for our code with our secret: whose it is, only GitHub can say (T13).
            let person = self.whose(&tokens.access_token, now).await?;
            Ok(SignedIn { person, tokens: Some(tokens) })
        })
    }

    fn refresh<'a>(
        &'a self,
        tokens: &'a Tokens,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<Tokens, SignInError>> {
        Box::pin(self.renew(tokens, now))
    }
}

impl GitHub {
    fn credentials_missing(&self) -> Vec<Problem> {
        let parts = [("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.expose())];
        let missing = parts.into_iter().filter(|(_, text)| text.trim().is_empty());
        let problem = |(name, _)| {
            Problem::new(
                format!("GitHub::new({name})"),
                "it is empty",
                "register an OAuth app at https://github.com/settings/developers and copy its id and secret",
            )
        };
        missing.map(problem).collect()
    }
}

/// `S256` (RFC 7636 section 4.2).
fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose().as_bytes()))
}

/// The secret is not printed.
impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("base_url", &shown(&self.base_url))
            .field("client_id", &self.client_id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
