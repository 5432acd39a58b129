//! From settings and servers to routes; every problem of all of them at once.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::Request,
    routing::{MethodRouter, any},
};
use bytes::Bytes;
use tokio::sync::Semaphore;

#[cfg(feature = "authorization-server")]
use super::authorization_server;
use super::{Endpoint, Entry, Parts, paths};
use crate::{
    Auth, ConfigError, Health, Problem,
    builder::setting,
    config::{METADATA, ResourceUrl},
    discovery::{ProtectedResource, public_json},
    telemetry::{known, observe, observed},
    tool::{Registry, ToolAudit},
    transport::{Binding, Gate, GateParts, Guarded, McpService, Origins, Shutdown},
};

/// Servers that fit their settings and each other.
pub(super) struct Assembled {
    servers: Vec<Assembly>,
    well_known: Vec<(String, MethodRouter)>,
    #[cfg(feature = "authorization-server")]
    authorization_server: Vec<(String, MethodRouter)>,
    pub(super) shutdown: Shutdown,
    /// Every path at which one of them answers.
    paths: Vec<String>,
}

struct Assembly {
    auth: Auth,
    resource: ResourceUrl,
    gate: Arc<Gate>,
}

/// One server whose own settings can work.
pub(super) struct Checked {
    pub(super) auth: Auth,
    pub(super) resource: ResourceUrl,
    from_settings: bool,
    pub(super) registry: Arc<Registry>,
    pub(super) origins: Origins,
}

impl Assembled {
    /// `connections`: of the one listener.
    pub(super) fn of(entries: Vec<Entry>, connections: usize) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        if entries.is_empty() {
            let help = "add one, with `.server(…)`";
            problems.push(Problem::new("Auth::mount", "no server is mounted", help));
        }
        problems.extend(unused_overrides(&entries));
        let mut servers = Vec::new();
        for entry in entries {
            match entry.check() {
                Ok(server) => servers.push(server),
                Err(found) => problems.extend(found),
            }
        }
        problems.extend(shared_override(&servers));
        let issuers = paths::development_issuers(&servers);
        let taken = paths::taken(&servers, &issuers);
        #[cfg(feature = "authorization-server")]
        let (taken, own) = {
            let own = authorization_server::of(&servers);
            problems.extend(authorization_server::misplaced(&servers, &own));
            let taken = taken.into_iter().chain(own.iter().flat_map(authorization_server::Own::taken));
            (taken.collect::<Vec<_>>(), own)
        };
        #[cfg(feature = "authorization-server")]
        let authorization_server = authorization_server::routes(own, &taken);
        let all_paths = taken.iter().map(|taken| taken.path.clone()).collect();
        problems.extend(paths::problems(taken));
        problems.extend(paths::shared_audiences(&servers));
        ConfigError::check(problems)?;
        let mut well_known: Vec<_> =
            servers.iter().flat_map(|server| server.metadata(servers.len() == 1)).collect();
        well_known.extend(issuers.iter().flat_map(paths::development_routes));
        let shutdown = Shutdown::default();
        let strangers = Arc::new(Gate::places_of_strangers(connections));
        let mut assembled = Vec::new();
        for server in servers {
            match server.assemble(&shutdown, &strangers) {
                Ok(server) => assembled.push(server),
                Err(found) => problems_of(found)?,
            }
        }
        Ok(Self {
            servers: assembled,
            well_known,
            #[cfg(feature = "authorization-server")]
            authorization_server,
            shutdown,
            paths: all_paths,
        })
    }

    pub(super) fn resources(&self) -> Vec<String> {
        self.servers.iter().map(|server| server.resource.as_str().to_owned()).collect()
    }

    /// Whether all of them are alive and ready. A path that somebody has is a problem.
    pub(super) fn health(&self) -> Result<Health, Problem> {
        let health = Health::of(self.servers.iter().map(|server| &server.auth));
        let Some(path) = health.paths().into_iter().find(|path| self.paths.contains(path)) else {
            return Ok(health);
        };
        let environment = self.servers.iter().any(|server| server.auth.settings.environment);
        let message = format!("somebody answers at `{path}` already");
        Err(Problem::new(setting(environment, "HEALTH"), message, "give liveness and readiness other paths"))
    }

    /// The authorization servers, each once.
    #[cfg(feature = "authorization-server")]
    pub(super) fn cores(&self) -> Vec<Arc<crate::authorization_server::Core>> {
        let mut cores: Vec<Arc<_>> = Vec::new();
        for core in
            self.servers.iter().filter_map(|server| server.auth.settings.authorization_server.as_ref())
        {
            if !cores.iter().any(|known| Arc::ptr_eq(known, core)) {
                cores.push(Arc::clone(core));
            }
        }
        cores
    }

    /// What must not be heard by strangers: a test may call a public resource by its name, but only in memory.
    pub(super) fn check_public(&self) -> Result<(), ConfigError> {
        let fake = |server: &&Assembly| {
            !server.resource.is_loopback()
                && server.auth.settings.trusted.iter().any(|trust| trust.fake().is_some())
        };
        let problem = |server: &Assembly| {
            Problem::new(
                "TestIssuer::issuer",
                format!(
                    "`{}` is public, and a test issuer's tokens are made by whoever runs code here",
                    server.resource
                ),
                "trust a real issuer, with `Issuer::new`; a test uses the router without a socket (`TestServer`), or a URL \
                 such as http://127.0.0.1:3000/mcp",
            )
        };
        ConfigError::check(self.servers.iter().filter(fake).map(problem).collect())
    }

    /// A sign-in without a password, or with a GitHub of this machine, is for whoever sits at it: the check of `Host` holds
    /// off pages, not those who write that header themselves.
    #[cfg(feature = "authorization-server")]
    pub(super) fn check_address(&self, address: SocketAddr) -> Result<(), Problem> {
        let sign_in = |server: &Assembly| -> Option<String> {
            let core = server.auth.settings.authorization_server.as_ref()?;
            let found = core.providers.iter().find(|provider| provider.is_on_this_machine());
            found.map(|found| found.name().to_owned())
        };
        for server in &self.servers {
            let here = address.ip().is_loopback() && server.resource.is_loopback();
            let Some(name) = sign_in(server).filter(|_| !here) else { continue };
            return Err(Problem::new(
                setting(server.auth.settings.environment, "LISTEN"),
                format!(
                    "`{}` at `{address}` is for others too, and with the {name} of this machine everybody could sign in \
                     as anybody",
                    server.resource
                ),
                "listen on 127.0.0.1 for a URL such as http://127.0.0.1:3000/mcp, or use a real sign-in such as \
                 `GitHub::new(…)` with https://github.com",
            ));
        }
        Ok(())
    }

    /// The address at which all of them are to be found.
    pub(super) fn address(&self) -> Result<SocketAddr, Problem> {
        let said = |server: &Assembly| server.auth.settings.listen;
        let all: Vec<SocketAddr> = if self.servers.iter().any(|server| said(server).is_some()) {
            self.servers.iter().filter_map(said).collect()
        } else {
            self.servers
                .iter()
                .map(|server| server.auth.address(&server.resource))
                .collect::<Result<_, _>>()?
        };
        let environment = self.servers.iter().any(|server| server.auth.settings.environment);
        let setting = setting(environment, "LISTEN");
        match all.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other == first) => Ok(*first),
            [first, others @ ..] => Err(Problem::new(
                setting,
                format!(
                    "servers want to listen on {first} and on {}, and there is one listener",
                    list(others)
                ),
                "say one address for all of them, or serve them one by one",
            )),
            [] => Err(Problem::new(setting, "no server is mounted", "add one, with `.server(…)`")),
        }
    }

    pub(super) fn router(self) -> Router {
        let mut router = routed(self.well_known);
        #[cfg(feature = "authorization-server")]
        {
            router = router.merge(routed(self.authorization_server));
        }
        for server in self.servers {
            let path = server.resource.path().to_owned();
            router = endpoint(router, &path, server.route());
        }
        router
    }

    pub(super) fn parts(self) -> Parts {
        let endpoint = |server: Assembly| Endpoint {
            resource: server.resource.as_str().to_owned(),
            path: match server.resource.path() {
                "" => "/".to_owned(),
                path => path.to_owned(),
            },
            route: server.route(),
        };
        Parts {
            endpoints: self.servers.into_iter().map(endpoint).collect(),
            well_known: routed(self.well_known),
            #[cfg(feature = "authorization-server")]
            authorization_server: routed(self.authorization_server),
        }
    }
}

impl Entry {
    fn check(self) -> Result<Checked, Vec<Problem>> {
        let mut problems = Vec::new();
        let resource = self.resource.map_err(|problem| problems.push(problem)).ok();
        let registry = self.registry.map_err(|found| problems.extend(found)).ok();
        let (Some(resource), Some(mut registry)) = (resource, registry) else { return Err(problems) };
        let origins = self.auth.origins(&resource).map_err(|problem| vec![problem])?;
        #[cfg(feature = "authorization-server")]
        crate::upstream::check_offered(&crate::upstream::Needs::of(&registry), &self.auth)?;
        registry.audit = Some(ToolAudit::new(Arc::clone(&self.auth.settings.audit), resource.as_str()));
        let registry = Arc::new(registry);
        Ok(Checked { auth: self.auth, resource, from_settings: self.from_settings, registry, origins })
    }
}

impl Checked {
    /// The metadata at the path-inserted URI, and at the root, the client's second try (RFC 9728 section 3.1), where no
    /// other server could be meant.
    fn metadata(&self, alone: bool) -> Vec<(String, MethodRouter)> {
        let document =
            metadata(&self.auth, &self.resource, self.registry.catalog.words(), self.registry.title());
        let inserted = self.resource.metadata_path();
        let mut routes = Vec::new();
        if alone && inserted != METADATA {
            routes.push((METADATA.to_owned(), public_json(document.clone())));
        }
        routes.push((inserted, public_json(document)));
        routes
    }

    fn assemble(self, shutdown: &Shutdown, strangers: &Arc<Semaphore>) -> Result<Assembly, Vec<Problem>> {
        let Self { auth, resource, registry, origins, .. } = self;
        let settings = &auth.settings;
        let authenticator = auth.authenticator(&resource, Arc::clone(&registry.catalog))?;
        let state_time = settings.limits.request_state_time;
        let binding = Binding::new(&settings.state_key, resource.as_str(), state_time, &auth.clock);
        let binding = Arc::new(binding.map_err(|problem| vec![problem])?);
        let guarded = Guarded::new(Arc::clone(&registry), resource.metadata_url(), Arc::clone(&binding));
        let service = McpService::new(guarded, settings.limits.body_size, shutdown.stopped.clone());
        let parts = GateParts {
            registry,
            authenticator,
            service,
            binding,
            strangers: Arc::clone(strangers),
            origins,
            limits: settings.limits.clone(),
            clock: auth.clock.clone(),
            resource_metadata: resource.metadata_url(),
            closing: shutdown.closing.clone(),
            #[cfg(feature = "authorization-server")]
            upstreams: settings.authorization_server.clone().map(crate::upstream::Upstreams),
        };
        Ok(Assembly { resource, gate: Arc::new(Gate::new(parts)), auth })
    }
}

impl Assembly {
    fn route(self) -> MethodRouter {
        let (gate, path): (_, Arc<str>) = (self.gate, self.resource.path().into());
        // Not by a layer, which every call would pay for.
        any(move |request: Request<Body>| {
            let (gate, path, method) = (Arc::clone(&gate), Arc::clone(&path), known(request.method()));
            // Boxed: the gate's future is some KB, and axum moves what it is given twice.
            async move { observe(&path, method, Box::pin(gate.handle(request))).await }
        })
    }
}

/// The metadata of one resource.
pub(crate) fn metadata(
    auth: &Auth,
    resource: &ResourceUrl,
    scopes: &[&'static str],
    title: Option<&str>,
) -> Bytes {
    let metadata = ProtectedResource {
        resource: resource.as_str(),
        authorization_servers: auth.issuers(),
        scopes_supported: scopes,
        bearer_methods_supported: ["header"],
        resource_name: title,
    };
    metadata.document()
}

fn routed(routes: Vec<(String, MethodRouter)>) -> Router {
    let router = Router::new().without_v07_checks();
    routes.into_iter().fold(router, |router, (path, route)| {
        let route = observed(&path, route);
        router.route(&path, route)
    })
}

/// The MCP endpoint at `path`, with and without a slash at the end: a redirect would lose the token.
fn endpoint(router: Router, path: &str, route: MethodRouter) -> Router {
    let bare = path.trim_end_matches('/');
    if bare.is_empty() {
        return router.route("/", route);
    }
    router.route(bare, route.clone()).route(&format!("{bare}/"), route)
}

/// One resource URL in the settings cannot be that of two servers.
fn shared_override(servers: &[Checked]) -> Option<Problem> {
    let mut overridden = servers.iter().filter(|server| server.from_settings);
    let shared = overridden.find(|one| {
        let same =
            |other: &&Checked| other.from_settings && Arc::ptr_eq(&one.auth.settings, &other.auth.settings);
        servers.iter().filter(same).nth(1).is_some()
    })?;
    Some(Problem::new(
        setting(shared.auth.settings.environment, "RESOURCE"),
        format!("`{}` would be the resource of several servers", shared.resource),
        "take it out and name a resource for each, in `#[server(resource = \"…\")]` or with `Mount::server_at`",
    ))
}

/// A resource in the settings at which no server is: somebody relies on a URL that nobody answers at.
fn unused_overrides(entries: &[Entry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let same = |other: &&Entry| Arc::ptr_eq(&other.auth.settings, &entry.auth.settings);
        let Some(resource) = &entry.auth.settings.resource else { continue };
        if entries[..at].iter().any(|earlier| same(&earlier)) {
            continue;
        }
        if entries
            .iter()
            .filter(same)
            .any(|other| other.from_settings || other.resource.as_ref() == Ok(resource))
        {
            continue;
        }
        problems.push(Problem::new(
            setting(entry.auth.settings.environment, "RESOURCE"),
            format!("no server is at it: `Mount::server_at` puts all of them elsewhere than at `{resource}`"),
            "take it out, or mount the server that it belongs to with `Mount::server`; routes of your own get a resource \
             with `Auth::layer_at`",
        ));
    }
    problems
}

fn problems_of(found: Vec<Problem>) -> Result<(), ConfigError> {
    Err(ConfigError::from_problems(found))
}

fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" and ")
}
