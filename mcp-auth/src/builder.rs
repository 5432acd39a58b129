//! `Auth::builder()`: one checked `build()`, all problems at once.

mod audit;
mod candidate;
mod limits;

use std::{
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use crate::{
    Auth, ConfigError, DevelopmentIssuer, Issuer, Limits, Problem, TokenVerifier,
    authenticate::Trust,
    clock::Clock,
    config::{ResourceUrl, shown},
    health::HealthPaths,
    transport::{HostPattern, Origins, StateKey, TooShort},
};
use candidate::Candidate;

/// Collects the settings of an [`Auth`].
///
/// ```
/// use mcp_auth::{Auth, Issuer};
///
/// # fn main() -> Result<(), mcp_auth::ConfigError> {
/// let auth = Auth::builder()
///     .issuer(Issuer::new("https://auth.example.com"))
///     .resource("https://mcp.example.com/mcp")
///     .listen("127.0.0.1:8080")
///     .build()?;
/// # let _ = auth;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing before `build`"]
pub struct AuthBuilder {
    trusted: Vec<Candidate>,
    development: Vec<DevelopmentIssuer>,
    resource: Option<String>,
    listen: Option<String>,
    allowed_hosts: Option<Vec<String>>,
    allowed_origins: Vec<String>,
    session_key: Option<Result<StateKey, TooShort>>,
    limits: Limits,
    pub(crate) health: HealthPaths,
    environment: bool,
    clock: Clock,
    problems: Vec<Problem>,
    audit: crate::audit::Sinks,
    #[cfg(feature = "authorization-server")]
    authorization_server: Option<crate::AuthorizationServer>,
}

/// What has not been checked yet may be anything: only what can hold no secret is printed.
impl std::fmt::Debug for AuthBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthBuilder")
            .field("trusted", &self.trusted)
            .field("resource", &self.resource.as_deref().map(shown))
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Everything that `build` has checked.
#[derive(Debug)]
pub(crate) struct Settings {
    /// No URL is there twice.
    pub(crate) trusted: Vec<Trust>,
    pub(crate) development: Vec<DevelopmentIssuer>,
    pub(crate) resource: Option<ResourceUrl>,
    pub(crate) listen: Option<SocketAddr>,
    /// `None`: the resource's own host.
    pub(crate) allowed_hosts: Option<Vec<HostPattern>>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) state_key: StateKey,
    pub(crate) limits: Limits,
    pub(crate) health: HealthPaths,
    /// Whether problems are to be named by environment variables.
    pub(crate) environment: bool,
    /// Where decisions are told.
    pub(crate) audit: Arc<crate::audit::AuditTrail>,
    /// We issue tokens ourselves.
    #[cfg(feature = "authorization-server")]
    pub(crate) authorization_server: Option<Arc<crate::authorization_server::Core>>,
}

impl AuthBuilder {
    pub(crate) fn new() -> Self {
        Self {
            trusted: Vec::new(),
            development: Vec::new(),
            resource: None,
            listen: None,
            allowed_hosts: None,
            allowed_origins: Vec::new(),
            session_key: None,
            limits: Limits::default(),
            health: HealthPaths::default(),
            environment: false,
            clock: Clock::system(),
            problems: Vec::new(),
            audit: crate::audit::Sinks::default(),
            #[cfg(feature = "authorization-server")]
            authorization_server: None,
        }
    }

    pub(crate) fn with_environment(mut self, problems: Vec<Problem>) -> Self {
        self.environment = true;
        self.problems = problems;
        self
    }

    /// An issuer whose tokens are accepted. Each call adds one.
    ///
    /// Several issuers share nothing: a token is judged by the keys, the audience, the leeway and the type rules of the
    /// issuer whose URL is its `iss`, and by nobody else's. The server's metadata name all of them, in this order.
    ///
    /// ```
    /// use mcp_auth::{Auth, Issuer};
    ///
    /// # fn main() -> Result<(), mcp_auth::ConfigError> {
    /// let auth = Auth::builder()
    ///     .issuer(Issuer::new("https://auth.example.com"))
    ///     .issuer(Issuer::new("https://sso.partner.example/realms/main").accept_any_token_type())
    ///     .build()?;
    /// # let _ = auth;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A subject is unique within one issuer only: compare [`AuthInfo::principal`](crate::AuthInfo::principal), or the
    /// issuer and the subject together.
    pub fn issuer(mut self, issuer: Issuer) -> Self {
        self.trusted.push(Candidate::Issuer(issuer));
        self
    }

    /// An issuer whose tokens are not read by their signature but by a verifier of yours, or by
    /// [`Introspection`](crate::Introspection). Each call adds one.
    pub fn verifier(mut self, verifier: impl TokenVerifier) -> Self {
        self.trusted.push(Candidate::Verifier(Arc::new(verifier)));
        self
    }

    /// Tokens of an issuer inside this process; its metadata and keys are served beside the server's own.
    ///
    /// The server must then be on this machine as well: a public resource URL is an error.
    pub fn development_issuer(mut self, issuer: DevelopmentIssuer) -> Self {
        self.trusted.push(Candidate::Issuer(issuer.issuer()));
        self.development.push(issuer);
        self
    }

    /// An authorization server in this process, whose tokens are accepted.
    #[cfg(feature = "authorization-server")]
    pub fn authorization_server(mut self, settings: crate::AuthorizationServer) -> Self {
        self.authorization_server = Some(settings);
        self
    }

    /// The URL of the protected server, as clients use it. It overrides the one in `#[server(resource = "…")]`.
    ///
    /// It is kept verbatim: tokens must name it in `aud`, clients compare it character by character (RFC 9728 section
    /// 3.3).
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }

    /// Where [`Auth::serve`] listens, as `address:port`. Default: the resource's port on this machine, if the resource
    /// is on this machine; otherwise it has to be said.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// The hosts that requests may name (`Host`), with or without a port. Default: the resource's own, and every
    /// name of this machine if the resource is on this machine.
    ///
    /// Behind a proxy that rewrites `Host`, name both the public host and the one the proxy uses.
    pub fn allowed_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_hosts = Some(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// The web pages that may call the server (`Origin`), such as `https://app.example.com`. Default: pages of the
    /// resource's own origin, and of this machine if the resource is on this machine.
    pub fn allowed_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// The secret under which this server binds what it hands out to whom it hands it: at least 32 random bytes, the same
    /// on every node. Each purpose has a key of its own, derived from it (HKDF, RFC 5869).
    ///
    /// | handed out | to (issuer, subject, client) | until |
    /// |---|---|---|
    /// | session ids of the older protocol versions | yes | the session ends |
    /// | task ids | yes | the task is gone |
    /// | `requestState` of tools, prompts and resources | yes | [`Limits::request_state_time`] |
    /// | [`Handles`](crate::Handles) | yes | the time given |
    /// | [`Tickets`](crate::Tickets) | to (issuer, subject) | the time given |
    ///
    /// Default: random, for this process. Then all of it ends with the process, and clients begin again: new sessions,
    /// unknown tasks, refused states and handles. A new secret does the same.
    pub fn session_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        let key = key.into();
        self.session_key = Some(StateKey::new(&key));
        self
    }

    /// How much requests may cost.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The time of a test instead of the machine's; with feature `testing`, see [`testing`](crate::testing).
    #[cfg(feature = "testing")]
    pub fn test_clock(mut self, clock: &crate::testing::TestClock) -> Self {
        self.clock = clock.shared();
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every problem, each naming its setting.
    pub fn build(self) -> Result<Auth, ConfigError> {
        let mut problems = self.problems.clone();
        let resource = self.checked_resource(&mut problems);
        let listen = self.checked_listen(&mut problems);
        let allowed_hosts = self.checked_hosts(&mut problems);
        self.check_origins(&mut problems);
        let state_key = self.checked_state_key(&mut problems);
        self.check_limits(&mut problems);
        problems.extend(self.health.problems(self.setting("HEALTH")));
        let own = self.own_issuer();
        let trusted = candidate::check(&self.trusted, own, self.environment, &self.clock, &mut problems);
        let audit = self.audit_trail(&mut problems);
        #[cfg(feature = "authorization-server")]
        let (authorization_server, trusted) = self.started(trusted, audit.as_ref(), &mut problems);
        let (Some(state_key), Some(audit)) = (state_key, audit) else {
            return Err(ConfigError::from_problems(problems));
        };
        ConfigError::check(problems)?;
        let settings = Settings {
            trusted,
            development: self.development,
            resource,
            listen,
            allowed_hosts,
            allowed_origins: self.allowed_origins,
            state_key,
            limits: self.limits,
            health: self.health,
            environment: self.environment,
            audit,
            #[cfg(feature = "authorization-server")]
            authorization_server,
        };
        Ok(Auth::new(settings, self.clock))
    }

    /// The URL of the authorization server in this process.
    #[cfg_attr(
        not(feature = "authorization-server"),
        expect(clippy::unused_self, reason = "there is none without the feature")
    )]
    fn own_issuer(&self) -> Option<&str> {
        #[cfg(feature = "authorization-server")]
        return self.authorization_server.as_ref().map(crate::AuthorizationServer::issuer);
        #[cfg(not(feature = "authorization-server"))]
        None
    }

    /// The authorization server, running, and trusted before all others: clients take the first.
    #[cfg(feature = "authorization-server")]
    fn started(
        &self,
        mut trusted: Vec<Trust>,
        audit: Option<&Arc<crate::audit::AuditTrail>>,
        problems: &mut Vec<Problem>,
    ) -> (Option<Arc<crate::authorization_server::Core>>, Vec<Trust>) {
        let Some(settings) = self.authorization_server.clone() else { return (None, trusted) };
        let settings = settings.telling(audit.cloned());
        let core = match settings.start(&self.setting("AUTHORIZATION_SERVER"), self.clock.clone()) {
            Ok(core) => core,
            Err(found) => {
                for mut problem in found {
                    if self.environment
                        && let Some(variable) = crate::config::variable(&problem.setting)
                    {
                        variable.clone_into(&mut problem.setting);
                        // What reading the variable has said already is not said twice.
                        if problems.iter().any(|known| known.setting == problem.setting) {
                            continue;
                        }
                    }
                    problems.push(problem);
                }
                return (None, trusted);
            }
        };
        match Trust::own(Arc::clone(&core), self.clock.clone()) {
            Ok(own) => trusted.insert(0, own),
            Err(problem) => problems.push(problem),
        }
        (Some(core), trusted)
    }

    fn checked_resource(&self, problems: &mut Vec<Problem>) -> Option<ResourceUrl> {
        let resource = ResourceUrl::parse(self.resource.as_ref()?, &self.setting("RESOURCE"));
        resource.map_err(|problem| problems.push(problem)).ok()
    }

    fn checked_listen(&self, problems: &mut Vec<Problem>) -> Option<SocketAddr> {
        let text = self.listen.as_ref()?;
        let address = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
        if address.is_none() {
            let message = format!("`{text}` is not an address and a port");
            problems.push(Problem::new(
                self.setting("LISTEN"),
                message,
                "write 127.0.0.1:3000 or 0.0.0.0:3000",
            ));
        }
        address
    }

    fn checked_hosts(&self, problems: &mut Vec<Problem>) -> Option<Vec<HostPattern>> {
        let hosts = self.allowed_hosts.as_ref()?;
        let parse = |host: &String| {
            let pattern = HostPattern::parse(host);
            if pattern.is_none() {
                let message = format!("`{host}` is not a host");
                let help = "write mcp.example.com or mcp.example.com:8443, without a scheme or path";
                problems.push(Problem::new(self.setting("ALLOWED_HOSTS"), message, help));
            }
            pattern
        };
        Some(hosts.iter().filter_map(parse).collect())
    }

    fn check_origins(&self, problems: &mut Vec<Problem>) {
        for origin in self.allowed_origins.iter().filter(|origin| !Origins::is_origin(origin)) {
            let message = format!("`{origin}` is not an origin");
            let help = "write scheme, host and port only, such as https://app.example.com";
            problems.push(Problem::new(self.setting("ALLOWED_ORIGINS"), message, help));
        }
    }

    fn checked_state_key(&self, problems: &mut Vec<Problem>) -> Option<StateKey> {
        let problem = |message: &str, help: &str| Problem::new(self.setting("SESSION_KEY"), message, help);
        let key = match &self.session_key {
            Some(Ok(key)) => Ok(key.clone()),
            Some(Err(TooShort)) => Err(problem(
                "the key is too short",
                "give at least 32 random bytes, such as the output of `openssl rand -hex 32`",
            )),
            None => StateKey::random().map_err(|error| {
                problem(&error.to_string(), "check the system's source of randomness (/dev/urandom)")
            }),
        };
        key.map_err(|problem| problems.push(problem)).ok()
    }

    fn setting(&self, name: &str) -> String {
        setting(self.environment, name)
    }
}

/// The name under which the operator knows a setting.
pub(crate) fn setting(environment: bool, name: &str) -> String {
    if environment {
        format!("MCP_AUTH_{name}")
    } else {
        format!("AuthBuilder::{}", name.to_ascii_lowercase())
    }
}
