//! `Auth`: the assembled whole.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::Router;

use crate::{
    AuthBuilder, AuthLayer, ConfigError, Error, IntoServer, Mount, Problem, Server, Tickets,
    authenticate::{Authenticator, Fake, Trust, VerificationLimits},
    authorize::Catalog,
    builder::{Settings, setting},
    clock::Clock,
    config::{self, ResourceUrl},
    tool::Registry,
    transport::{Bound, Origins, TicketSealer},
};

/// Who is trusted, and on which terms: the settings of a protected server, checked.
///
/// ```no_run
/// use mcp_auth::prelude::*;
///
/// #[derive(Clone)]
/// struct Clock;
///
/// #[server(resource = "https://mcp.example.com/mcp")]
/// impl Clock {
///     /// What time is it?
///     #[tool(scopes = "clock:read")]
///     async fn now(&self) -> String {
///         format!("{:?}", std::time::SystemTime::now())
///     }
/// }
///
/// #[tokio::main]
/// async fn main() -> mcp_auth::Result<()> {
///     Auth::from_env().await?.serve(Clock).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Auth {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Clock,
}

impl Auth {
    /// Settings from code.
    pub fn builder() -> AuthBuilder {
        AuthBuilder::new()
    }

    /// Settings from the environment.
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `MCP_AUTH_ISSUER` | URL of the issuer whose tokens are accepted, exactly as in `iss` | required |
    /// | `MCP_AUTH_RESOURCE` | URL of this server as clients use it | `#[server(resource = "…")]` |
    /// | `MCP_AUTH_LISTEN` | address and port to listen on | the resource's, if it is on this machine; else required |
    /// | `MCP_AUTH_TOKEN_TYPE` | `at+jwt` (RFC 9068), or `any` for issuers that send `JWT` (Keycloak, Auth0, Entra ID) | `at+jwt` |
    /// | `MCP_AUTH_AUDIENCE` | what tokens carry in `aud`, where that is not the resource URL | the resource |
    /// | `MCP_AUTH_JWKS_URL` | the issuer's keys, where it cannot be discovered | discovery |
    /// | `MCP_AUTH_LEEWAY_SECONDS` | tolerance for clocks that differ, 0 to 60 | 30 |
    /// | `MCP_AUTH_INTROSPECTION_CLIENT_ID`, `MCP_AUTH_INTROSPECTION_CLIENT_SECRET` | how this server may ask the issuer about tokens (RFC 7662), instead of reading JWTs | no introspection |
    /// | `MCP_AUTH_INTROSPECTION_URL` | where it asks, where that cannot be discovered | discovery |
    /// | `MCP_AUTH_PRIVATE_NETWORK` | `true`: the issuer may have a private address | `false` |
    /// | `MCP_AUTH_ALLOWED_HOSTS` | hosts that requests may name, separated by commas | the resource's |
    /// | `MCP_AUTH_ALLOWED_ORIGINS` | web pages that may call, separated by commas | the resource's |
    /// | `MCP_AUTH_LOCAL_SUBJECT`, `MCP_AUTH_LOCAL_SCOPES` | for `serve_stdio` only | |
    /// | `MCP_AUTH_SESSION_KEY` | 32 bytes or more, the same on every node: see [`AuthBuilder::session_key`] | random |
    /// | `MCP_AUTH_HEALTH` | the paths of liveness and readiness, with a comma between them; or `off` | `/livez,/readyz` |
    ///
    /// With the feature `authorization-server` we can issue the tokens ourselves:
    ///
    /// | variable | meaning | default |
    /// |---|---|---|
    /// | `MCP_AUTH_AUTHORIZATION_SERVER` | public URL of our authorization server; `MCP_AUTH_ISSUER` is then not needed | none |
    /// | `MCP_AUTH_SIGN_IN` | `github`, on this machine `development`; several separated by commas | required then |
    /// | `MCP_AUTH_STORE` | path of the SQLite file | `mcp-auth.db` |
    /// | `MCP_AUTH_SEALING_KEY` | `id:secret`, the secret with 32 bytes or more; of several, separated by commas, the first seals | required, but for `development` alone |
    /// | `MCP_GITHUB_CLIENT_ID`, `MCP_GITHUB_CLIENT_SECRET`, `MCP_GITHUB_BASE_URL` | the app at GitHub, see `GitHub::from_env` | required for `github`; `https://github.com` |
    /// | `MCP_AUTH_ALLOW_EMAIL_DOMAINS`, `MCP_AUTH_ALLOW_EMAILS`, `MCP_AUTH_ALLOW_PEOPLE`, `MCP_AUTH_ALLOW_GITHUB_ORGANIZATIONS`, `MCP_AUTH_ALLOW_GITHUB_TEAMS` | who may enter, any of these ways, see `WhoMayEnter`; several separated by commas | everybody |
    /// | `MCP_AUTH_TRUSTED_PROXIES` | addresses or networks of proxies whose `X-Forwarded-For` counts, separated by commas, see `AuthorizationServer::trusted_proxies` | none |
    /// | `MCP_AUTH_CLIENT_DOCUMENTS` | `off`: an id that is the URL of a document is unknown, see [`ClientDocuments`](crate::ClientDocuments) | `on` |
    /// | `MCP_AUTH_CLIENT_DOCUMENTS_LOOPBACK`, `MCP_AUTH_CLIENT_DOCUMENTS_ROOT` | for tests: one https origin of this machine whose documents are fetched, and the file of the certificate (PEM) that vouches for it; refused where the server is public | none |
    /// | `MCP_AUTH_CLIENTS`, `MCP_AUTH_CLIENTS_FILE` | clients that you know, as JSON or as the path of a JSON file, see [`AuthorizationServer`](crate::AuthorizationServer#clients-that-you-know) | none |
    /// | `MCP_AUTH_BRAND_NAME`, `MCP_AUTH_BRAND_COLOR`, `MCP_AUTH_BRAND_LOGO` | name, `#rrggbb` and path of an SVG file for the pages | plain |
    /// | `MCP_AUTH_SIGN_IN_SECONDS`, `MCP_AUTH_CODE_SECONDS`, `MCP_AUTH_ACCESS_TOKEN_SECONDS`, `MCP_AUTH_REFRESH_TOKEN_SECONDS`, `MCP_AUTH_REFRESH_GRACE_SECONDS`, `MCP_AUTH_GRANT_SECONDS`, `MCP_AUTH_SESSION_SECONDS`, `MCP_AUTH_SIGNING_KEY_SECONDS`, `MCP_AUTH_ENTRY_SECONDS` | how long things live, see `Lifetimes` | |
    /// | `MCP_AUTH_REGISTRATION_CLIENTS`, `MCP_AUTH_REGISTRATION_PER_MINUTE`, `MCP_AUTH_REGISTRATION_PER_ADDRESS`, `MCP_AUTH_REGISTRATION_UNUSED_SECONDS`, `MCP_AUTH_REGISTRATION_USED_SECONDS` | how many clients may register themselves, see `RegistrationLimits` | |
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem at once, each naming its variable; a variable of an unknown name beginning
    /// with `MCP_AUTH_` is one.
    #[expect(
        clippy::unused_async,
        reason = "settings that are looked up will come, and `await` must not come late"
    )]
    pub async fn from_env() -> Result<Self, ConfigError> {
        config::from_process().build()
    }

    /// An authorization server in this process, at this URL: short for
    /// [`AuthorizationServer::new`](crate::AuthorizationServer::new).
    #[cfg(feature = "authorization-server")]
    pub fn authorization_server(url: impl Into<String>) -> crate::AuthorizationServer {
        crate::AuthorizationServer::new(url)
    }

    pub(crate) fn new(settings: Settings, clock: Clock) -> Self {
        Self { settings: Arc::new(settings), clock }
    }

    /// The server's routes: the MCP endpoint at the resource's path, the metadata at the origin's root. Merge them at
    /// the root of an app.
    ///
    /// ```
    /// # use mcp_auth::prelude::*;
    /// # #[derive(Clone)] struct Hello;
    /// # #[server(resource = "https://mcp.example.com/mcp")]
    /// # impl Hello { /** Hello. */ #[tool(authenticated)] async fn hello(&self) -> &'static str { "hello" } }
    /// # fn routes() -> Result<axum::Router, mcp_auth::ConfigError> {
    /// let auth = Auth::builder().issuer(mcp_auth::Issuer::new("https://auth.example.com")).build()?;
    /// let app = axum::Router::new()
    ///     .route("/health", axum::routing::get(|| async { "ok" }))
    ///     .merge(auth.router(Hello)?);
    /// # Ok(app)
    /// # }
    /// # routes().unwrap();
    /// ```
    ///
    /// The router checks hosts, sizes and times itself; [`mount`](Self::mount) says which layers may lie around it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where the server and the settings do not fit: no resource URL, a host that is not allowed.
    pub fn router<S: IntoServer>(&self, server: S) -> Result<Router, ConfigError> {
        self.mount().server(server).router()
    }

    /// Serves until the process is told to stop (SIGINT, SIGTERM), then lets open requests end.
    ///
    /// # Errors
    ///
    /// What [`router`](Self::router) refuses, and an address that cannot be had.
    pub async fn serve<S: IntoServer>(&self, server: S) -> Result<(), Error> {
        self.mount().server(server).serve().await
    }

    /// Takes the address, so that nothing can fail any more but the network; [`Bound::run`] then serves.
    ///
    /// # Errors
    ///
    /// What [`serve`](Self::serve) refuses at start.
    pub async fn bind<S: IntoServer>(&self, server: S) -> Result<Bound, Error> {
        self.mount().server(server).bind().await
    }

    /// Reads the tickets that tools put into URLs, for the pages behind these URLs.
    pub fn tickets(&self) -> Tickets {
        Tickets::new(TicketSealer::new(self.settings.state_key.clone(), self.clock.clone()))
    }

    #[doc = include_str!("../docs/mounting.md")]
    pub fn mount(&self) -> Mount {
        Mount::new(self.clone())
    }

    /// Protects ordinary axum routes with tokens for the resource of these settings
    /// ([`AuthBuilder::resource`], `MCP_AUTH_RESOURCE`). See [`AuthLayer`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where the settings name no resource, or one whose requests would all be refused.
    pub fn layer(&self) -> Result<AuthLayer, ConfigError> {
        AuthLayer::new(self, self.resource(None), Ok(Arc::new(Catalog::new([]))))
    }

    /// Protects ordinary axum routes with tokens for the resource of the server `S`: the same tokens, the same scopes and
    /// what they include. See [`AuthLayer`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] as for [`router`](Self::router).
    pub fn layer_for<S: Server>(&self) -> Result<AuthLayer, ConfigError> {
        AuthLayer::new(self, self.resource(S::DEFINITION.resource), Registry::scopes_of::<S>())
    }

    /// Protects ordinary axum routes with tokens for the resource at `url`. See [`AuthLayer`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where `url` cannot be a resource, or its requests would all be refused.
    pub fn layer_at(&self, url: &str) -> Result<AuthLayer, ConfigError> {
        AuthLayer::new(self, self.resource_at(url, "Auth::layer_at"), Ok(Arc::new(Catalog::new([]))))
    }

    /// The resource: what the settings say, else what the attribute says.
    pub(crate) fn resource(&self, declared: Option<&'static str>) -> Result<ResourceUrl, Problem> {
        let name = setting(self.settings.environment, "RESOURCE");
        let resource = match (&self.settings.resource, declared) {
            (Some(resource), _) => resource.clone(),
            (None, Some(declared)) => ResourceUrl::parse(declared, "#[server(resource = \"…\")]")?,
            (None, None) => {
                return Err(Problem::new(
                    name,
                    "the server has no resource URL",
                    "give the URL that clients use, here or as `#[server(resource = \"https://…\")]`",
                ));
            }
        };
        self.check_development(resource, name)
    }

    /// The resource at this URL, whatever the settings and the attribute say.
    pub(crate) fn resource_at(&self, url: &str, setting: &str) -> Result<ResourceUrl, Problem> {
        self.check_development(ResourceUrl::parse(url, setting)?, setting.to_owned())
    }

    fn check_development(&self, resource: ResourceUrl, setting: String) -> Result<ResourceUrl, Problem> {
        let development = |trust: &Trust| trust.fake() == Some(Fake::Development);
        if resource.is_loopback() || !self.settings.trusted.iter().any(development) {
            return Ok(resource);
        }
        Err(Problem::new(
            setting,
            format!("`{resource}` is public, and a development issuer gives tokens to everybody"),
            "use a URL such as http://127.0.0.1:3000/mcp, or a real issuer",
        ))
    }

    /// Judges the tokens for one resource by the scopes of `catalog`.
    pub(crate) fn authenticator(
        &self,
        resource: &ResourceUrl,
        catalog: Arc<Catalog>,
    ) -> Result<Arc<Authenticator>, Vec<Problem>> {
        let settings = &self.settings;
        let limits =
            VerificationLimits { time: settings.limits.verification_time, ..VerificationLimits::default() };
        let authenticator = Authenticator::trusting(
            &settings.trusted,
            resource.as_str(),
            catalog,
            &limits,
            self.clock.clone(),
        )?;
        authenticator.warm();
        Ok(Arc::new(authenticator))
    }

    /// The URLs of those who are trusted, in their order.
    pub(crate) fn issuers(&self) -> Vec<&str> {
        self.settings.trusted.iter().map(Trust::url).collect()
    }

    /// Hosts and origins; a resource whose own host would be refused is an error.
    pub(crate) fn origins(&self, resource: &ResourceUrl) -> Result<Origins, Problem> {
        let own = resource.host_pattern();
        let hosts = match &self.settings.allowed_hosts {
            Some(hosts) => hosts.clone(),
            None => own.into_iter().collect(),
        };
        let own_hosts = self.settings.allowed_hosts.is_none() && resource.is_loopback();
        let mut pages = self.settings.allowed_origins.clone();
        pages.push(resource.origin().to_owned());
        let origins = Origins::new(hosts, pages, own_hosts, resource.is_loopback());
        if origins.admits_host(resource.host(), Some(resource.port())) {
            return Ok(origins);
        }
        Err(Problem::new(
            setting(self.settings.environment, "ALLOWED_HOSTS"),
            format!(
                "the resource's own host `{}` is not among them: every request would be refused",
                resource.host()
            ),
            format!("add `{}`", resource.host()),
        ))
    }

    pub(crate) fn address(&self, resource: &ResourceUrl) -> Result<SocketAddr, Problem> {
        if let Some(address) = self.settings.listen {
            return Ok(address);
        }
        if resource.is_loopback() {
            let host = resource.host().trim_matches(['[', ']']);
            let ip = host.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
            return Ok(SocketAddr::new(ip, resource.port()));
        }
        Err(Problem::new(
            setting(self.settings.environment, "LISTEN"),
            format!("where to listen for `{resource}` has not been said"),
            "write 127.0.0.1:3000 behind a proxy on this machine, 0.0.0.0:3000 in a container",
        ))
    }
}
