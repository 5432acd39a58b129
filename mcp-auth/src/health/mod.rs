//! Is the process alive, and could it serve now? For whoever starts and stops processes, such as Kubernetes.

mod paths;
mod readiness;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    response::Response,
    routing::{MethodRouter, get},
};
use http::{HeaderValue, StatusCode, header};

use crate::{Auth, authenticate::Trust, clock::Clock};
pub(crate) use paths::HealthPaths;
use readiness::Asked;
pub use readiness::NotReady;

/// Whether this process is alive and ready; [`Auth::serve`] answers it at `/livez` and `/readyz`.
///
/// Whoever takes [`Auth::router`] instead merges the routes, or asks in a route of their own:
///
/// ```
/// # use mcp_auth::prelude::*;
/// # fn routes(auth: &Auth) -> axum::Router {
/// axum::Router::new().merge(auth.health().router())
/// # }
/// ```
///
/// The answers say `ok` or `not ready` and no more, because everybody may ask; why is in the log.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    trusted: Vec<Trust>,
    paths: HealthPaths,
    clock: Clock,
    stopping: AtomicBool,
    asked: tokio::sync::Mutex<Asked>,
}

impl Health {
    /// Of all these together, at the paths of the first.
    pub(crate) fn of<'a>(auths: impl Iterator<Item = &'a Auth> + Clone) -> Self {
        let first = auths.clone().next();
        Self(Arc::new(Inner {
            paths: first.map(|auth| auth.settings.health.clone()).unwrap_or_default(),
            clock: first.map_or_else(Clock::system, |auth| auth.clock.clone()),
            trusted: auths.flat_map(|auth| auth.settings.trusted.iter().cloned()).collect(),
            stopping: AtomicBool::new(false),
            asked: tokio::sync::Mutex::default(),
        }))
    }

    /// The two routes, at the paths of [`AuthBuilder::health`](crate::AuthBuilder::health). They take every `Host`, because
    /// probes name addresses.
    pub fn router(&self) -> Router {
        self.routes().into_iter().fold(Router::new(), |router, (path, route)| router.route(&path, route))
    }

    fn routes(&self) -> Vec<(String, MethodRouter)> {
        let HealthPaths::At { live, ready } = &self.0.paths else { return Vec::new() };
        let health = self.clone();
        // Alive is who answers: whatever is wrong elsewhere, to start this process anew would not mend it.
        let alive = get(async || answer(true));
        let readiness = get(move || {
            let health = health.clone();
            async move { answer(health.check().await.is_ok()) }
        });
        vec![(live.clone(), alive), (ready.clone(), readiness)]
    }

    /// The paths of the routes.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.routes().into_iter().map(|(path, _)| path).collect()
    }

    /// From now on nothing new is to come.
    pub(crate) fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }
}

impl Auth {
    /// Whether this process is alive and ready, for apps that take [`router`](Self::router).
    pub fn health(&self) -> Health {
        Health::of(std::iter::once(self))
    }
}

fn answer(well: bool) -> Response {
    let (status, text) =
        if well { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready\n") };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("paths", &self.0.paths).finish_non_exhaustive()
    }
}
