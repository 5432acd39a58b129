//! Several servers in one process: each its own resource, one listener.

mod assemble;
#[cfg(feature = "authorization-server")]
mod authorization_server;
mod paths;

use std::fmt;

use axum::{Router, routing::MethodRouter};
use tokio::net::TcpListener;

use crate::{
    Auth, ConfigError, Error, IntoServer, Problem, Server,
    config::ResourceUrl,
    tool::Registry,
    transport::{Bound, Boxed},
};
use assemble::Assembled;
pub(crate) use assemble::metadata;

/// Servers that are to be mounted together; see [`Auth::mount`].
#[must_use = "nothing is served before `router`, `bind` or `serve`"]
pub struct Mount {
    auth: Auth,
    entries: Vec<Entry>,
}

/// One server, not checked yet.
struct Entry {
    auth: Auth,
    resource: Result<ResourceUrl, Problem>,
    /// Whether the resource is the one of the settings, which cannot be that of two servers.
    from_settings: bool,
    registry: Result<Registry, Vec<Problem>>,
}

/// The routes of servers one by one, for apps that nest; see [`Auth::mount`].
#[non_exhaustive]
#[derive(Debug)]
pub struct Parts {
    /// The MCP endpoints, in the order in which their servers were mounted.
    pub endpoints: Vec<Endpoint>,
    /// The metadata of all of them. They live at the root of the resources' origin (RFC 9728 section 3.1): merge this
    /// there, and never nest it.
    pub well_known: Router,
    /// The authorization server, if there is one in this process; its URL leads to it. Merge it at the root as well.
    #[cfg(feature = "authorization-server")]
    pub authorization_server: Router,
}

/// The MCP endpoint of one server.
#[non_exhaustive]
#[derive(Debug)]
pub struct Endpoint {
    /// The URL that clients use.
    pub resource: String,
    /// The path of this URL, at which the route has to be found in the end.
    pub path: String,
    /// What answers there, whatever path the app gives it.
    pub route: MethodRouter,
}

impl Mount {
    pub(crate) fn new(auth: Auth) -> Self {
        Self { auth, entries: Vec::new() }
    }

    /// Adds a server, at the resource of its `#[server(resource = "…")]`; where the settings name one
    /// ([`AuthBuilder::resource`](crate::AuthBuilder::resource)), at that.
    pub fn server<S: IntoServer>(mut self, server: S) -> Self {
        self.entries.push(Entry {
            resource: self.auth.resource(S::Server::DEFINITION.resource),
            from_settings: self.auth.settings.resource.is_some(),
            registry: Registry::new(server),
            auth: self.auth.clone(),
        });
        self
    }

    /// Adds a server at the resource with this URL, whatever its attribute says. A resource in the settings that is then
    /// no server's is an error at start.
    pub fn server_at<S: IntoServer>(mut self, resource: &str, server: S) -> Self {
        self.entries.push(Entry {
            resource: self.auth.resource_at(resource, "Mount::server_at"),
            from_settings: false,
            registry: Registry::new(server),
            auth: self.auth.clone(),
        });
        self
    }

    /// Adds the servers of another mount, which keep their own issuers, hosts, origins and limits of requests. Limits
    /// of connections, and of the time to stop, are those of the first.
    pub fn join(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// The routes of all servers. Merge them at the root of an app.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where a server and its settings do not fit, and where two servers are in each other's way: the
    /// same path, or the same audience.
    pub fn router(self) -> Result<Router, ConfigError> {
        Ok(Assembled::of(self.entries, self.auth.settings.limits.connections)?.router())
    }

    /// The same routes one by one.
    ///
    /// # Errors
    ///
    /// What [`router`](Self::router) refuses.
    pub fn parts(self) -> Result<Parts, ConfigError> {
        Ok(Assembled::of(self.entries, self.auth.settings.limits.connections)?.parts())
    }

    /// Serves until the process is told to stop (SIGINT, SIGTERM), then lets open requests end.
    ///
    /// # Errors
    ///
    /// What [`router`](Self::router) refuses, and an address that cannot be had.
    pub async fn serve(self) -> Result<(), Error> {
        self.serving().await
    }

    /// In a box, so that it is compiled here: code of an `async fn` is otherwise compiled in each crate that awaits it.
    fn serving(self) -> Boxed<Result<(), Error>> {
        Box::pin(async move { self.binding().await?.running().await })
    }

    /// Takes the address, one for all servers; [`Bound::run`] then serves.
    ///
    /// # Errors
    ///
    /// What [`serve`](Self::serve) refuses at start, and settings that want to listen in different places.
    pub async fn bind(self) -> Result<Bound, Error> {
        self.binding().await
    }

    /// In a box for the same reason.
    fn binding(self) -> Boxed<Result<Bound, Error>> {
        Box::pin(self.listen())
    }

    async fn listen(self) -> Result<Bound, Error> {
        let limits = self.auth.settings.limits.clone();
        let assembled = Assembled::of(self.entries, self.auth.settings.limits.connections)?;
        assembled.check_public()?;
        let address = assembled.address().map_err(ConfigError::from)?;
        #[cfg(feature = "authorization-server")]
        assembled.check_address(address).map_err(ConfigError::from)?;
        let health = assembled.health().map_err(ConfigError::from)?;
        let listener =
            TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        #[cfg(feature = "authorization-server")]
        let cores = assembled.cores();
        let resources = assembled.resources();
        let shutdown = assembled.shutdown.clone();
        let bound = Bound::new(listener, assembled.router(), shutdown, limits, resources);
        let bound = Bound {
            health,
            #[cfg(feature = "authorization-server")]
            cores,
            ..bound.map_err(Error::Serve)?
        };
        let routes = bound.health.router();
        Ok(bound.merge(routes))
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resources =
            self.entries.iter().map(|entry| entry.resource.as_ref().ok().map(ResourceUrl::as_str));
        f.debug_list().entries(resources).finish()
    }
}
