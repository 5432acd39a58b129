//! Where liveness and readiness are asked.

use crate::{AuthBuilder, Problem};

/// The paths of the two routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HealthPaths {
    At { live: String, ready: String },
    Off,
}

impl Default for HealthPaths {
    /// As Kubernetes' own components have them.
    fn default() -> Self {
        Self::At { live: "/livez".to_owned(), ready: "/readyz".to_owned() }
    }
}

impl AuthBuilder {
    /// The paths at which [`Auth::serve`](crate::Auth::serve) says whether the process is alive, and whether it is ready.
    /// Default: `/livez` and `/readyz`.
    pub fn health(mut self, live: impl Into<String>, ready: impl Into<String>) -> Self {
        self.health = HealthPaths::At { live: live.into(), ready: ready.into() };
        self
    }

    /// Nobody is told whether the process is alive or ready.
    pub fn without_health(mut self) -> Self {
        self.health = HealthPaths::Off;
        self
    }
}

impl HealthPaths {
    pub(crate) fn problems(&self, setting: String) -> Vec<Problem> {
        let Self::At { live, ready } = self else { return Vec::new() };
        let wrong = [live, ready].into_iter().find(|path| !is_path(path));
        let message = match wrong {
            Some(path) => format!("`{path}` is not a path"),
            None if live == ready => {
                format!("`{live}` cannot say both whether it is alive and whether it is ready")
            }
            None => return Vec::new(),
        };
        vec![Problem::new(setting, message, "write two paths such as /livez and /readyz")]
    }
}

/// Letters that mean themselves, for axum too.
fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.starts_with('/') && path.len() > 1 && path.bytes().all(plain)
}
