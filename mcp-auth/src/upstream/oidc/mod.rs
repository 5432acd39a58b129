//! Any issuer of OpenID Connect: Keycloak, Logto, Auth0, Entra ID, Okta, …

mod account;
mod discovered;
mod environment;
mod metadata;
mod person;
mod prompt;
mod running;
mod scopes;
mod service;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod user_info;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::{
    Account, Answer, AnyProvider, Callback, Knows, Leg, SignInError, SignedIn, Tokens, Wanted,
    oauth::{self, OAuthClient},
    provider::{IntoProvider, ProviderFuture},
    service::Service,
};
use crate::{
    Problem, Secret,
    authenticate::{check_issuer_url, is_loopback_http},
    authorization_server::IssuerUrl,
    clock::Clock,
    config::shown,
    http::{HttpClient, Reach, check},
    store::{Person, Timestamp},
};
use running::Running;

/// Sign in with any issuer of OpenID Connect: Keycloak, Logto, Auth0, Entra ID, Okta, a company's own.
///
/// ```
/// use mcp_auth::{AuthorizationServer, Oidc};
///
/// let corp = Oidc::new("corp", "https://login.example.com/realms/staff", "client id", "client secret")
///     .with_name("Example")
///     .scopes(["profile", "email"]);
/// let settings = AuthorizationServer::new("https://mcp.example.com").sign_in(corp);
/// # let _ = settings;
/// ```
///
/// The first word is the id of this sign-in: it stands in the callback that has to be registered at the issuer, the
/// authorization server's URL and `/corp/callback`, and in who people are, `corp:<sub>`. A person is the issuer's `sub` and
/// never an e-mail address, because addresses change hands. So an id belongs to one issuer for good: another issuer under the
/// same id could let its people be those of the first.
///
/// What the issuer is like it says itself (OpenID Connect Discovery): nothing is fetched before somebody signs in, so that a
/// server starts while it is down, and sign-in says `temporarily_unavailable` then. Of its answers nothing is believed that is
/// not proven: the ID token must be signed by its keys, for this client, for this very sign-in (`nonce`), in time, and go with
/// its access token; the answer in the browser must be its own (RFC 9207) where it says that it names itself.
///
/// Tools reach its API by a type of your own, see [`UpstreamProvider`](crate::UpstreamProvider).
#[derive(Clone)]
#[must_use = "a sign-in does nothing before it is given to `AuthorizationServer::sign_in`"]
pub struct Oidc {
    id: String,
    /// The id of its kind, which nobody else may have.
    kind: Option<&'static str>,
    setting: &'static str,
    name: String,
    issuer: String,
    client: OAuthClient,
    scopes: Vec<String>,
    api_url: Option<String>,
    groups_claim: Option<String>,
    /// What it has to show at each sign-in.
    prompt: Option<String>,
    /// How it is asked for another account; `None`: as its metadata say.
    another_account: Option<&'static str>,
    /// What else the authorization request says.
    parameters: Vec<(&'static str, &'static str)>,
    private_network: bool,
    running: Arc<OnceLock<Running>>,
}

impl Oidc {
    /// The sign-in called `id`, at the issuer with this URL, exactly as it stands in its metadata; and the client id and client
    /// secret that it gave this server.
    pub fn new(
        id: impl Into<String>,
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        let secret = Some(client_secret.into());
        Self::made(id.into(), issuer.into(), client_id.into(), secret, "Oidc::new")
    }

    /// The same for an issuer that gave this server no secret: PKCE alone proves that a code is ours.
    pub fn without_secret(
        id: impl Into<String>,
        issuer: impl Into<String>,
        client_id: impl Into<String>,
    ) -> Self {
        Self::made(id.into(), issuer.into(), client_id.into(), None, "Oidc::without_secret")
    }

    fn made(
        id: String,
        issuer: String,
        client_id: String,
        client_secret: Option<Secret>,
        setting: &'static str,
    ) -> Self {
        let new = Self {
            name: id.clone(),
            id,
            kind: None,
            setting,
            issuer,
            client: OAuthClient { client_id, client_secret },
            scopes: Vec::new(),
            api_url: None,
            groups_claim: None,
            prompt: None,
            another_account: None,
            parameters: Vec::new(),
            private_network: false,
            running: Arc::default(),
        };
        new.scopes(["profile", "email"])
    }

    /// A preset: the issuer's own id, name and words.
    pub(super) fn preset(
        mut self,
        id: &'static str,
        name: &str,
        api_url: &str,
        parameters: Vec<(&'static str, &'static str)>,
        setting: &'static str,
    ) -> Self {
        self.kind = Some(id);
        self.parameters = parameters;
        self.another_account = Some("select_account");
        self.setting = setting;
        self.with_name(name).with_api_url(api_url)
    }

    pub(super) fn with_id(mut self, id: String) -> Self {
        self.id = id;
        self
    }

    pub(super) fn with_issuer(mut self, issuer: String) -> Self {
        self.issuer = issuer;
        self
    }

    /// What pages call it, such as the name of the company. Unless set, its id.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// What is asked for there besides `openid`: unless set, `profile` and `email`, by which people get their name on pages.
    /// `offline_access` gives refresh tokens where an issuer wants it to be asked for, some with
    /// [`with_prompt("consent")`](Self::with_prompt) only; the consent page says what is asked.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self.scopes.push("openid".to_owned());
        self.scopes.sort();
        self.scopes.dedup();
        self
    }

    /// Where the API is to which its tokens belong, for tools. Unless set, the issuer's URL.
    pub fn with_api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// The claim of its `UserInfo` answer that lists the groups of a person, such as `groups`: for those who decide who may
    /// enter. An issuer has to be told to put it there.
    pub fn with_groups_claim(mut self, claim: impl Into<String>) -> Self {
        self.groups_claim = Some(claim.into());
        self
    }

    /// Lets the issuer and its API live in a private network (RFC 1918, RFC 4193, RFC 6598).
    pub fn allow_private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    fn api_url(&self) -> &str {
        self.api_url.as_deref().unwrap_or(self.issuer.trim_end_matches('/'))
    }

    /// Requests to this machine are sent only for an issuer that is on this machine.
    fn reach(&self) -> Reach {
        let loopback = is_loopback_http(&self.issuer) || is_loopback_http(self.api_url());
        Reach { loopback, private: self.private_network }
    }

    fn running(&self) -> Result<&Running, SignInError> {
        let missing = || SignInError::Misconfigured("there is no HTTP client for it".to_owned());
        self.running.get().ok_or_else(missing)
    }

    fn http(&self) -> Result<&HttpClient, SignInError> {
        Ok(&self.running()?.http)
    }
}

impl IntoProvider for Oidc {
    fn into_provider(self) -> Arc<dyn AnyProvider> {
        Arc::new(Self { running: Arc::default(), ..self })
    }
}

impl AnyProvider for Oidc {
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

    fn is_on_this_machine(&self) -> bool {
        is_loopback_http(&self.issuer)
    }

    fn problems(&self, _issuer: &IssuerUrl) -> Vec<Problem> {
        let mut problems = self.client.problems(self.setting);
        problems.extend(oauth::id_problem(&format!("{}(id)", self.setting), &self.id, self.kind));
        let found =
            check_issuer_url(&self.issuer).and_then(|()| check(&self.issuer, self.reach()).map(|_| ()));
        if let Err(why) = found {
            problems.push(Problem::new(
                format!("{}(issuer)", self.setting),
                format!("`{}` cannot be the URL of an issuer: {why}", shown(&self.issuer)),
                "copy `issuer` from its metadata, for example https://login.example.com/realms/staff; \
                 `allow_private_network` opens private networks",
            ));
        }
        if let Some(url) = &self.api_url {
            let odd = if url.contains(['?', '#']) { Err("it has a query or a fragment") } else { Ok(()) };
            if let Err(why) = odd.and_then(|()| check(url, self.reach()).map(|_| ())) {
                let help = "write https and the host, for example https://api.example.com";
                let message = format!("`{}` cannot be the URL of an API: {why}", shown(url));
                problems.push(Problem::new("Oidc::with_api_url", message, help));
            }
        }
        problems.extend(self.scopes.iter().filter_map(|scope| oauth::scope_problem("Oidc::scopes", scope)));
        problems.extend(self.prompt_problem());
        if let Err(error) = HttpClient::new(self.reach()) {
            let help = "check that the system's root certificates are installed (package ca-certificates)";
            problems.push(Problem::new(self.setting, error.to_string(), help));
        }
        problems
    }

    fn start(&self, clock: &Clock) {
        if let Ok(http) = HttpClient::new(self.reach()) {
            self.running.get_or_init(|| Running::new(http, clock.clone()));
        }
    }

    fn service(&self) -> Option<&dyn Service> {
        Some(self)
    }

    fn departure<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        Box::pin(self.to_authorize(leg, false))
    }

    fn departure_of_another<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        Box::pin(self.to_authorize(leg, true))
    }

    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        leg: &'a Leg,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>> {
        Box::pin(self.arrived(callback, leg, now))
    }

    fn refresh<'a>(
        &'a self,
        tokens: &'a Tokens,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<Tokens, SignInError>> {
        Box::pin(async move {
            let known = self.known().await?;
            self.token_endpoint(&known)?.refresh(tokens, now).await
        })
    }

    fn revoke<'a>(
        &'a self,
        tokens: &'a Tokens,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<bool, SignInError>> {
        Box::pin(async move {
            let known = self.known().await?;
            let Some(url) = &known.metadata.revocation_endpoint else { return Ok(false) };
            let endpoint = oauth::TokenEndpoint { url, ..self.token_endpoint(&known)? };
            endpoint.revoke(tokens).await?;
            Ok(true)
        })
    }

    fn knows(&self) -> Knows {
        Knows { email_addresses: true, memberships: self.groups_claim.is_some() }
    }

    fn telling(&self, wanted: &Wanted) -> Option<Arc<dyn AnyProvider>> {
        let asks = self.scopes.iter().any(|scope| scope == "email");
        let more = self.scopes.iter().cloned().chain(["email".to_owned()]);
        // What is known of the issuer is known to both.
        (wanted.email_addresses && !asks).then(|| Arc::new(self.clone().scopes(more)) as Arc<dyn AnyProvider>)
    }

    fn account<'a>(
        &'a self,
        person: &'a Person,
        tokens: &'a Tokens,
        wanted: &'a Wanted,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<Account, SignInError>> {
        Box::pin(self.tell(person, tokens, wanted))
    }
}

impl Oidc {
    async fn to_authorize(&self, leg: &Leg, another: bool) -> Result<String, SignInError> {
        let known = self.known().await?;
        let mut more = vec![("nonce", leg.nonce.expose())];
        more.extend(&self.parameters);
        let prompt = self.prompt(another, &known.metadata);
        more.extend(prompt.as_deref().map(|words| ("prompt", words)));
        let endpoint = &known.metadata.authorization_endpoint;
        Ok(oauth::authorization_url(endpoint, &self.client.client_id, leg, more))
    }

    async fn arrived(&self, callback: &Callback, leg: &Leg, now: Timestamp) -> Result<SignedIn, SignInError> {
        let known = self.known().await?;
        // Before anything of the answer is used, errors too: it may be another issuer's (RFC 9207 section 2.4).
        self.is_own_answer(callback, &known)?;
        let code = match &callback.answer {
            Answer::Code(code) => code,
            Answer::Error(error) => return Err(oauth::answers::said(error)),
        };
        let granted = self.token_endpoint(&known)?.redeem(code, leg, now).await?;
        let person = self.person(&known, &granted, leg, now).await?;
        if granted.tokens.refresh_token.is_none() && leg.scopes.iter().any(|scope| scope == "offline_access")
        {
            let help = "if it wants to be asked for consent too: `Oidc::with_prompt(\"consent\")`";
            tracing::warn!(
                provider = self.id,
                help,
                "it was asked for `offline_access` and gave no refresh token"
            );
        }
        Ok(SignedIn { person, tokens: Some(granted.tokens) })
    }

    fn is_own_answer(&self, callback: &Callback, known: &discovered::Known) -> Result<(), SignInError> {
        let why = match &callback.issuer {
            Some(issuer) if *issuer == self.issuer => return Ok(()),
            Some(_) => "the answer is another issuer's",
            None if !known.metadata.names_itself_in_answers => return Ok(()),
            None => "the answer does not say whose it is",
        };
        Err(SignInError::Refused(why.to_owned()))
    }
}

/// The secret is not printed.
impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc")
            .field("id", &self.id)
            .field("issuer", &shown(&self.issuer))
            .field("client_id", &self.client.client_id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
