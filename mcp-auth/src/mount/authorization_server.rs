//! The authorization server's place: at the root of the resources' origin, once for all servers that share it.

use std::sync::Arc;

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::IntoResponse,
    routing::MethodRouter,
};

use super::{assemble::Checked, paths::Taken};
use crate::{
    Problem,
    authorization_server::{Core, Endpoints, OAuthError, ProtectedServer},
    builder::setting,
    transport::{Origins, is_loopback},
    upstream::Needs,
};

/// One authorization server with its routes, not mounted yet.
pub(super) struct Own {
    core: Arc<Core>,
    resources: Vec<String>,
    scopes: Vec<&'static str>,
    /// Paths that have to be its own.
    routes: Vec<(String, MethodRouter)>,
    /// Paths at which old clients look as well (2025-03-26): only where nobody else is.
    fallbacks: Vec<(String, MethodRouter)>,
}

/// The authorization servers of all servers, each once.
pub(super) fn of(servers: &[Checked]) -> Vec<Own> {
    let mut cores: Vec<&Arc<Core>> = Vec::new();
    for core in servers.iter().filter_map(core) {
        if !cores.iter().any(|known| Arc::ptr_eq(known, core)) {
            cores.push(core);
        }
    }
    cores.into_iter().map(|core| Own::new(core, servers)).collect()
}

fn core(server: &Checked) -> Option<&Arc<Core>> {
    server.auth.settings.authorization_server.as_ref()
}

impl Own {
    fn new(core: &Arc<Core>, servers: &[Checked]) -> Self {
        let protected: Vec<_> = servers.iter().filter(|server| has(server, core)).collect();
        let endpoints = Arc::new(Endpoints {
            core: Arc::clone(core),
            servers: protected.iter().map(|server| view(server)).collect(),
        });
        let hosts: Arc<[Origins]> = protected.iter().map(|server| server.origins.clone()).collect();
        let routes = endpoints.routes().into_iter();
        let mut routes: Vec<_> = routes.map(|(path, route)| (path, guarded(route, core, &hosts))).collect();
        let fallbacks = endpoints.fallbacks().into_iter().filter_map(|(fallback, path)| {
            let (_, route) = routes.iter().find(|(known, _)| *known == path)?;
            Some((fallback, route.clone()))
        });
        let fallbacks = fallbacks.collect();
        routes.extend(endpoints.documents());
        let resources = endpoints.servers.iter().map(|server| server.resource.as_str().to_owned()).collect();
        let of_server = |server: &ProtectedServer| [server.scopes.clone(), server.requires.clone()].concat();
        let scopes = endpoints.servers.iter().flat_map(of_server).map(|scope| scope.name()).collect();
        Self { core: Arc::clone(core), resources, scopes, routes, fallbacks }
    }

    /// Clients that were written down for servers or scopes that are not here.
    fn of_clients(&self) -> Vec<Problem> {
        self.core.clients.problems(&self.resources, &self.scopes)
    }

    /// Who answers at its paths.
    pub(super) fn taken(&self) -> impl Iterator<Item = Taken> {
        let by = format!("the authorization server `{}`", self.core.issuer.as_str());
        self.routes.iter().map(move |(path, _)| Taken {
            path: path.trim_end_matches('/').to_owned(),
            setting: "AuthorizationServer::new".to_owned(),
            by: by.clone(),
        })
    }
}

fn has(server: &Checked, core: &Arc<Core>) -> bool {
    self::core(server).is_some_and(|own| Arc::ptr_eq(own, core))
}

fn view(server: &Checked) -> ProtectedServer {
    let registry = &server.registry;
    ProtectedServer {
        resource: server.resource.clone(),
        title: registry.title().unwrap_or(server.resource.host()).to_owned(),
        scopes: registry.catalog.infos().to_vec(),
        requires: registry.requires.to_vec(),
        upstream: Needs::of(registry),
    }
}

/// Every route of all of them. Where two could be meant, a fallback is nobody's.
pub(super) fn routes(own: Vec<Own>, taken: &[Taken]) -> Vec<(String, MethodRouter)> {
    let alone = own.len() == 1;
    let mut routes = Vec::new();
    for own in own {
        let free = |path: &str| alone && !taken.iter().any(|taken| taken.path == path);
        routes.extend(own.fallbacks.into_iter().filter(|(path, _)| free(path)));
        routes.extend(own.routes);
    }
    routes
}

/// An issuer that cannot be where these servers are.
pub(super) fn misplaced(servers: &[Checked], own: &[Own]) -> Vec<Problem> {
    own.iter().flat_map(|own| of_one(servers, &own.core).into_iter().chain(own.of_clients())).collect()
}

fn of_one(servers: &[Checked], core: &Arc<Core>) -> Vec<Problem> {
    let issuer = &core.issuer;
    let protected: Vec<_> = servers.iter().filter(|server| has(server, core)).collect();
    let on_this_machine = is_loopback(issuer.host());
    let mut problems = Vec::new();
    for server in &protected {
        if server.resource.is_loopback() == on_this_machine {
            continue;
        }
        let (here, there) = if on_this_machine {
            ("people elsewhere cannot reach the authorization server", "public")
        } else {
            ("the authorization server is public", "on this machine only")
        };
        problems.push(Problem::new(
            setting(server.auth.settings.environment, "AUTHORIZATION_SERVER"),
            format!("{here}, and `{}` is {there}: `{}`", server.resource, issuer.as_str()),
            "give both the same origin",
        ));
    }
    if problems.is_empty() && !protected.iter().any(|server| server.resource.origin() == issuer.origin()) {
        let resources: Vec<_> = protected.iter().map(|server| format!("`{}`", server.resource)).collect();
        let environment = protected.iter().any(|server| server.auth.settings.environment);
        problems.push(Problem::new(
            setting(environment, "AUTHORIZATION_SERVER"),
            format!(
                "`{}` has another origin than {}: its endpoints would be served where nobody looks for them",
                issuer.as_str(),
                resources.join(" and ")
            ),
            "give both the same origin; an authorization server somewhere else is trusted with `Issuer::new`",
        ));
    }
    problems
}

/// The route for requests that name one of the servers' hosts: a page that lets its name lead to this machine (DNS
/// rebinding) signs nobody in.
fn guarded(route: MethodRouter, core: &Arc<Core>, hosts: &Arc<[Origins]>) -> MethodRouter {
    let (core, hosts) = (Arc::clone(core), Arc::clone(hosts));
    route.layer(from_fn(move |request: Request, next: Next| {
        let served = hosts.iter().any(|hosts| hosts.check_host(&request).is_ok());
        core.keep_house();
        async move {
            if served { next.run(request).await } else { OAuthError::foreign_host().into_response() }
        }
    }))
}
