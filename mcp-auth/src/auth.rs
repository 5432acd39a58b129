//! `Auth`: the assembled whole.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{Router, body::Body, extract::Request, routing::any};
use tokio::net::TcpListener;

use crate::{
    AuthBuilder, ConfigError, Error, IntoServer, Problem, Server, Tickets,
    authenticate::{Authenticator, VerificationLimits},
    builder::{Settings, setting},
    clock::Clock,
    config::{self, ResourceUrl},
    discovery::{ProtectedResource, public_json},
    tool::Registry,
    transport::{Binding, Bound, Gate, GateParts, Guarded, McpService, Origins, Shutdown, TicketSealer},
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
    settings: Arc<Settings>,
    clock: Clock,
}

impl Auth {
    /// Settings from code.
    pub fn builder() -> AuthBuilder {
        AuthBuilder::new(None)
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
    /// | `MCP_AUTH_PRIVATE_NETWORK` | `true`: the issuer may have a private address | `false` |
    /// | `MCP_AUTH_ALLOWED_HOSTS` | hosts that requests may name, separated by commas | the resource's |
    /// | `MCP_AUTH_ALLOWED_ORIGINS` | web pages that may call, separated by commas | the resource's |
    /// | `MCP_AUTH_LOCAL_SUBJECT`, `MCP_AUTH_LOCAL_SCOPES` | for `serve_stdio` only | |
    /// | `MCP_AUTH_SESSION_KEY` | 32 bytes or more, the same on every node: see [`AuthBuilder::session_key`] | random |
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
        config::from_vars(config::process()).build()
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
    /// The router checks hosts, sizes and times itself. Of your own layers, let none redirect, rewrite or compress what
    /// goes to the MCP endpoint before it arrives, and let none log a request's headers or query: clients that err put
    /// tokens there (tower-http's `TraceLayer` logs the query). Time-outs around streams cut them off.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where the server and the settings do not fit: no resource URL, a host that is not allowed.
    pub fn router<S: IntoServer>(&self, server: S) -> Result<Router, ConfigError> {
        Ok(self.assemble(S::Server::DEFINITION.resource, Registry::new(server))?.router)
    }

    /// Serves until the process is told to stop (SIGINT, SIGTERM), then lets open requests end.
    ///
    /// # Errors
    ///
    /// What [`router`](Self::router) refuses, and an address that cannot be had.
    pub async fn serve<S: IntoServer>(&self, server: S) -> Result<(), Error> {
        self.bind(server).await?.run().await
    }

    /// Takes the address, so that nothing can fail any more but the network; [`Bound::run`] then serves.
    ///
    /// # Errors
    ///
    /// What [`serve`](Self::serve) refuses at start.
    pub async fn bind<S: IntoServer>(&self, server: S) -> Result<Bound, Error> {
        let assembled = self.assemble(S::Server::DEFINITION.resource, Registry::new(server))?;
        let address = self.address(&assembled.resource)?;
        let listener =
            TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        let resource = assembled.resource.as_str().to_owned();
        let limits = self.settings.limits.clone();
        Bound::new(listener, assembled.router, assembled.shutdown, limits, resource).map_err(Error::Serve)
    }

    /// Reads the tickets that tools put into URLs, for the pages behind these URLs.
    pub fn tickets(&self) -> Tickets {
        Tickets::new(TicketSealer::new(self.settings.state_key.clone(), self.clock.clone()))
    }

    /// Not generic over the server: compiled once.
    fn assemble(
        &self,
        declared: Option<&'static str>,
        registry: Result<Registry, Vec<Problem>>,
    ) -> Result<Assembled, ConfigError> {
        let mut problems = Vec::new();
        let resource = self.resource(declared).map_err(|problem| problems.push(problem)).ok();
        let registry = registry.map_err(|found| problems.extend(found)).ok();
        let (Some(resource), Some(registry)) = (resource, registry) else {
            return Err(ConfigError::from_problems(problems));
        };
        let origins = self.origins(&resource).map_err(|problem| ConfigError::from_problems(vec![problem]))?;
        self.mount(resource, Arc::new(registry), origins).map_err(ConfigError::from_problems)
    }

    fn mount(
        &self,
        resource: ResourceUrl,
        registry: Arc<Registry>,
        origins: Origins,
    ) -> Result<Assembled, Vec<Problem>> {
        let settings = &self.settings;
        let shutdown = Shutdown::default();
        let authenticator = Arc::new(Authenticator::new(
            &settings.issuer,
            resource.as_str(),
            Arc::clone(&registry.catalog),
            VerificationLimits::default(),
            self.clock.clone(),
        )?);
        let metadata = ProtectedResource {
            resource: resource.as_str(),
            authorization_servers: vec![settings.issuer.url()],
            scopes_supported: registry.catalog.words(),
            bearer_methods_supported: ["header"],
            resource_name: registry.title(),
        };
        let mut router = Router::new().without_v07_checks().merge(metadata.routes(&resource));
        if let Some(development) = &settings.development {
            router = router.merge(development_routes(development));
        }
        let state_time = settings.limits.request_state_time;
        let binding = Binding::new(&settings.state_key, resource.as_str(), state_time, &self.clock);
        let binding = Arc::new(binding.map_err(|problem| vec![problem])?);
        let guarded = Guarded::new(Arc::clone(&registry), resource.metadata_url(), Arc::clone(&binding));
        let service = McpService::new(guarded, settings.limits.body_size, shutdown.stopped.clone());
        authenticator.warm();
        let parts = GateParts {
            registry,
            authenticator,
            service,
            binding,
            origins,
            limits: settings.limits.clone(),
            clock: self.clock.clone(),
            resource_metadata: resource.metadata_url(),
            closing: shutdown.closing.clone(),
        };
        Ok(Assembled { router: endpoint(router, resource.path(), Gate::new(parts)), resource, shutdown })
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
        if self.settings.development.is_some() && !resource.is_loopback() {
            return Err(Problem::new(
                name,
                format!("`{resource}` is public, and a development issuer gives tokens to everybody"),
                "use a URL such as http://127.0.0.1:3000/mcp, or a real issuer",
            ));
        }
        Ok(resource)
    }

    /// Hosts and origins; a resource whose own host would be refused is an error.
    fn origins(&self, resource: &ResourceUrl) -> Result<Origins, Problem> {
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

    fn address(&self, resource: &ResourceUrl) -> Result<SocketAddr, ConfigError> {
        if let Some(address) = self.settings.listen {
            return Ok(address);
        }
        if resource.is_loopback() {
            let host = resource.host().trim_matches(['[', ']']);
            let ip = host.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
            return Ok(SocketAddr::new(ip, resource.port()));
        }
        Err(ConfigError::from_problems(vec![Problem::new(
            setting(self.settings.environment, "LISTEN"),
            format!("where to listen for `{resource}` has not been said"),
            "write 127.0.0.1:3000 behind a proxy on this machine, 0.0.0.0:3000 in a container",
        )]))
    }
}

/// One server, ready to be mounted.
struct Assembled {
    router: Router,
    resource: ResourceUrl,
    shutdown: Shutdown,
}

/// The MCP endpoint at `path`, with and without a slash at the end: a redirect would lose the token.
fn endpoint(router: Router, path: &str, gate: Gate) -> Router {
    let gate = Arc::new(gate);
    let handler = any(move |request: Request<Body>| {
        let gate = Arc::clone(&gate);
        async move { gate.handle(request).await }
    });
    let bare = path.trim_end_matches('/');
    if bare.is_empty() {
        return router.route("/", handler);
    }
    router.route(bare, handler.clone()).route(&format!("{bare}/"), handler)
}

fn development_routes(issuer: &crate::DevelopmentIssuer) -> Router {
    let json = |value: serde_json::Value| public_json(value.to_string().into());
    let (metadata, keys) = issuer.paths();
    Router::new()
        .without_v07_checks()
        .route(&metadata, json(issuer.metadata()))
        .route(&keys, json(issuer.jwks()))
}
