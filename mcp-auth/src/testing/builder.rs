//! What a test changes of a server before it starts.

use std::fmt;

use axum::Router;

use super::{TestClock, TestIssuer, TestServer};
use crate::{Auth, AuthBuilder, ConfigError, Server, config};

/// The resource of servers that do not say theirs.
const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

type Settings = Box<dyn FnOnce(AuthBuilder) -> AuthBuilder + Send>;
type App = Box<dyn FnOnce(Router) -> Router + Send>;

/// Collects what a [`TestServer`] is to be like.
///
/// ```
/// use mcp_auth::{prelude::*, testing::{TestClock, TestIssuer, TestServer}};
/// # struct Notes;
/// # #[server(resource = "https://notes.example.com/mcp")]
/// # impl Notes { /** Hello. */ #[tool(authenticated)] async fn hello(&self) -> &'static str { "hello" } }
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let clock = TestClock::new();
/// let server = TestServer::builder(Notes)
///     .clock(&clock)
///     .auth(|auth| auth.allowed_origins(["https://app.example.com"]))
///     .start()
///     .await;
/// assert_eq!(server.resource(), "https://notes.example.com/mcp");
/// # });
/// ```
#[must_use = "a builder does nothing before `start`"]
pub struct TestServerBuilder<S> {
    server: S,
    issuer: Option<TestIssuer>,
    clock: Option<TestClock>,
    environment: Option<Vec<(String, String)>>,
    settings: Vec<Settings>,
    apps: Vec<App>,
}

impl<S: Server> TestServerBuilder<S> {
    pub(super) fn new(server: S) -> Self {
        Self { server, issuer: None, clock: None, environment: None, settings: Vec::new(), apps: Vec::new() }
    }

    /// The issuer that the server trusts and that [`TestServer::token`] asks for tokens.
    pub fn issuer(mut self, issuer: &TestIssuer) -> Self {
        self.issuer = Some(issuer.clone());
        self
    }

    /// The time of the server, and of its issuer unless that is given too.
    pub fn clock(mut self, clock: &TestClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// The URL of the resource, instead of the one in `#[server(resource = "…")]`.
    pub fn resource(self, url: &str) -> Self {
        let url = url.to_owned();
        self.auth(move |auth| auth.resource(url))
    }

    /// Settings of the test's: what [`Auth::builder`] can do. They come last, so that an issuer that is set here is the
    /// one that the server trusts.
    pub fn auth(mut self, settings: impl FnOnce(AuthBuilder) -> AuthBuilder + Send + 'static) -> Self {
        self.settings.push(Box::new(settings));
        self
    }

    /// The settings are these variables, as if [`Auth::from_env`] had read them, and nothing is filled in: what is missing
    /// here is missing.
    pub fn environment<N: Into<String>, V: Into<String>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.environment = Some(variables.collect());
        self
    }

    /// The router inside an application: other routes, layers.
    pub fn app(mut self, app: impl FnOnce(Router) -> Router + Send + 'static) -> Self {
        self.apps.push(Box::new(app));
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    ///
    /// With the [`ConfigError`] of a server that does not start.
    pub async fn start(self) -> TestServer {
        self.try_start().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the server, or says why it does not.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], as of [`Auth::router`].
    #[expect(
        clippy::unused_async,
        reason = "as of `Auth::from_env`: what is awaited one day must not come late"
    )]
    pub async fn try_start(self) -> Result<TestServer, ConfigError> {
        let clock = self.clock;
        let issuer = self.issuer.unwrap_or_else(|| {
            let builder = TestIssuer::builder();
            clock.iter().fold(builder, super::TestIssuerBuilder::clock).build()
        });
        let mut builder = match self.environment {
            Some(variables) => {
                config::from_vars(variables.into_iter().map(|(name, value)| (name, Some(value))))
            }
            None if S::DEFINITION.resource.is_none() => {
                Auth::builder().issuer(issuer.issuer()).resource(RESOURCE)
            }
            None => Auth::builder().issuer(issuer.issuer()),
        };
        if let Some(clock) = &clock {
            builder = builder.test_clock(clock);
        }
        let auth = self.settings.into_iter().fold(builder, |builder, set| set(builder)).build()?;
        let router = auth.router(self.server)?;
        let router = self.apps.into_iter().fold(router, |router, app| app(router));
        let resource = auth.resource(S::DEFINITION.resource)?;
        Ok(TestServer::new(router, resource, issuer, clock))
    }
}

impl<S> fmt::Debug for TestServerBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServerBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
