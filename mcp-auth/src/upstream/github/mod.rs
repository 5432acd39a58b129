//! GitHub: OAuth apps and GitHub Apps, on github.com and on Enterprise servers.

mod account;
mod answers;
mod environment;
mod exchange;
mod person;
mod revoke;
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

use super::{
    Account, Answer, AnyProvider, Callback, Knows, Leg, SignInError, SignedIn, Tokens, Wanted, oauth,
    provider::{IntoProvider, ProviderFuture},
    service::Service as UpstreamService,
};
use crate::{
    Problem, Secret,
    authenticate::is_loopback_http,
    authorization_server::IssuerUrl,
    config::shown,
    http::{HttpClient, Reach, check},
    store::{Person, Timestamp},
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
    id: String,
    name: String,
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
            id: ID.to_owned(),
            name: "GitHub".to_owned(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            scopes: Vec::new(),
            base_url: GITHUB_COM.to_owned(),
            api_url: None,
            private_network: false,
            http: Arc::default(),
        }
    }

    /// Another id than `github`, for a second GitHub beside the first: it stands in the callback (`/<id>/callback`) and in
    /// who people are (`<id>:583231`). Tools name it by a type of their own, see [`UpstreamProvider`](crate::UpstreamProvider).
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// What pages call it: `GitHub` unless set.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
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

impl IntoProvider for GitHub {
    fn into_provider(self) -> Arc<dyn AnyProvider> {
        Arc::new(self)
    }
}

impl AnyProvider for GitHub {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
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
        problems.extend(oauth::id_problem("GitHub::with_id", &self.id, Some(ID)));
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

    fn service(&self) -> Option<&dyn UpstreamService> {
        Some(self)
    }

    fn departure<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        Box::pin(std::future::ready(Ok(self.to_authorize(leg, None))))
    }

    fn departure_of_another<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        Box::pin(std::future::ready(Ok(self.to_authorize(leg, Some("select_account")))))
    }

    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        leg: &'a Leg,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>> {
        Box::pin(async move {
            let code = match &callback.answer {
                Answer::Code(code) => code,
                Answer::Error(error) => return Err(answers::said(error)),
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

    fn revoke<'a>(
        &'a self,
        tokens: &'a Tokens,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<bool, SignInError>> {
        Box::pin(self.end_token(tokens, now))
    }

    fn knows(&self) -> Knows {
        Knows { email_addresses: true, memberships: true }
    }

    fn telling(&self, wanted: &Wanted) -> Option<Arc<dyn AnyProvider>> {
        let more = scopes::to_tell(wanted, &self.scopes);
        let all = more.iter().map(|&scope| scope.to_owned()).chain(self.scopes.iter().cloned());
        (!more.is_empty()).then(|| Arc::new(self.clone().scopes(all)) as Arc<dyn AnyProvider>)
    }

    fn account<'a>(
        &'a self,
        _person: &'a Person,
        tokens: &'a Tokens,
        wanted: &'a Wanted,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<Account, SignInError>> {
        Box::pin(self.tell(tokens, wanted, now))
    }
}

impl GitHub {
    fn to_authorize(&self, leg: &Leg, prompt: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &leg.redirect_uri)
            .append_pair("state", leg.state.expose())
            .append_pair("code_challenge", &leg.code_challenge())
            .append_pair("code_challenge_method", "S256");
        if !leg.scopes.is_empty() {
            query.append_pair("scope", &leg.scopes.join(" "));
        }
        if let Some(prompt) = prompt {
            query.append_pair("prompt", prompt);
        }
        format!("{}/login/oauth/authorize?{}", self.base_url, query.finish())
    }

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
