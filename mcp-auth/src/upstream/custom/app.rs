//! The app that is registered at a provider.

use std::fmt;

use crate::{
    Problem, Secret,
    authenticate::is_loopback_http,
    config::shown,
    http::{HttpClient, Reach, check},
    upstream::oauth::{self, OAuthClient, TokenEndpointAuthentication},
};

/// What we say ourselves in every authorization request.
const OURS: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
    "scope",
    "request",
];

/// An app that is registered at a service which speaks OAuth 2.0: who we are there, and where it is. See
/// [`Provider`](crate::Provider).
#[derive(Clone)]
#[must_use = "an app does nothing by itself"]
pub struct OAuthApp {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) client: OAuthClient,
    pub(super) authorization_url: String,
    pub(super) token_url: String,
    pub(super) api_url: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) authentication: TokenEndpointAuthentication,
    private_network: bool,
}

impl OAuthApp {
    /// The id of this sign-in, which stands in its callback (`/<id>/callback`) and in who people are (`<id>:17`); and what the
    /// service gave for the app.
    pub fn new(
        id: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        let id = id.into();
        let (client_id, client_secret) = (client_id.into(), Some(client_secret.into()));
        Self {
            name: id.clone(),
            id,
            client: OAuthClient { client_id, client_secret },
            authorization_url: String::new(),
            token_url: String::new(),
            api_url: None,
            scopes: Vec::new(),
            parameters: Vec::new(),
            authentication: TokenEndpointAuthentication::Post,
            private_network: false,
        }
    }

    /// What pages call it. Unless set, its id.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Where people are sent (RFC 6749 section 3.1).
    pub fn with_authorization_url(mut self, url: impl Into<String>) -> Self {
        self.authorization_url = url.into();
        self
    }

    /// Where codes and refresh tokens become tokens (RFC 6749 section 3.2).
    pub fn with_token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = url.into();
        self
    }

    /// Where its API begins, for [`ProviderApi`](super::ProviderApi) and for tools.
    pub fn with_api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// What is asked for there; the consent page says so. Default: nothing.
    pub fn scopes<T: Into<String>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self.scopes.sort();
        self.scopes.dedup();
        self
    }

    /// What else the service wants to read where people are sent, such as `access_type=offline`.
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Says who we are in a header (`client_secret_basic`) and not in the form.
    pub fn with_basic_authentication(mut self) -> Self {
        self.authentication = TokenEndpointAuthentication::Basic;
        self
    }

    /// Lets the service live in a private network (RFC 1918, RFC 4193, RFC 6598).
    pub fn allow_private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    /// Requests to this machine are sent only for a service that is on this machine.
    pub(super) fn reach(&self) -> Reach {
        Reach { loopback: self.is_on_this_machine(), private: self.private_network }
    }

    pub(super) fn is_on_this_machine(&self) -> bool {
        is_loopback_http(&self.token_url) || self.api_url.as_deref().is_some_and(is_loopback_http)
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.client.problems("OAuthApp::new");
        problems.extend(oauth::id_problem("OAuthApp::new(id)", &self.id, None));
        let urls = [
            ("OAuthApp::with_authorization_url", Some(&self.authorization_url)),
            ("OAuthApp::with_token_url", Some(&self.token_url)),
            ("OAuthApp::with_api_url", self.api_url.as_ref()),
        ];
        for (setting, url) in urls.into_iter().filter_map(|(setting, url)| Some((setting, url?))) {
            let odd = if url.contains('#') { Err("it has a fragment") } else { Ok(()) };
            if let Err(why) = odd.and_then(|()| check(url, self.reach()).map(|_| ())) {
                let message = format!("`{}` cannot be a URL of `{}`: {why}", shown(url), self.id);
                let help = "write https and the host; `allow_private_network` opens private networks";
                problems.push(Problem::new(setting, message, help));
            }
        }
        problems
            .extend(self.scopes.iter().filter_map(|scope| oauth::scope_problem("OAuthApp::scopes", scope)));
        for (name, _) in self.parameters.iter().filter(|(name, _)| OURS.contains(&name.as_str())) {
            problems.push(Problem::new(
                "OAuthApp::with_parameter",
                format!("`{name}` is said already, and must not be said twice"),
                "leave it out; scopes are given with `scopes`",
            ));
        }
        if let Err(error) = HttpClient::new(self.reach()) {
            let help = "check that the system's root certificates are installed (package ca-certificates)";
            problems.push(Problem::new("OAuthApp::new", error.to_string(), help));
        }
        problems
    }
}

/// The secret is not printed.
impl fmt::Debug for OAuthApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthApp")
            .field("id", &self.id)
            .field("client_id", &self.client.client_id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
