//! `auth.layer()`: ordinary axum routes behind the same tokens.

mod extract;
mod service;

pub use extract::AuthRejection;
pub use service::AuthService;

use std::{fmt, sync::Arc, time::Duration};

use axum::Router;
use bytes::Bytes;
use tower::Layer;

use crate::{
    Auth, ConfigError, Problem, Scope, ScopeInfo,
    authenticate::Authenticator,
    authorize::{Access, Caller, Catalog, Decision, Rule},
    config::ResourceUrl,
    discovery::public_json,
    mount::metadata,
    transport::{Challenged, Origins, Refusal},
};

#[doc = include_str!("../../docs/layer.md")]
#[derive(Clone)]
#[must_use = "it protects the routes to which it is given"]
pub struct AuthLayer {
    door: Arc<Door>,
    /// Their names, for challenges.
    requires: Arc<[&'static str]>,
    rule: Arc<Rule>,
    optional: bool,
}

/// What all layers of one resource share.
pub(crate) struct Door {
    resource: ResourceUrl,
    metadata_url: String,
    metadata: Bytes,
    authenticator: Arc<Authenticator>,
    catalog: Arc<Catalog>,
    origins: Origins,
    verification_time: Duration,
    body_time: Duration,
}

/// The outcome of a layer, carried in the request's extensions: who calls, and which layer has found out.
#[derive(Clone)]
pub(crate) struct Admitted {
    caller: Caller,
    layer: AuthLayer,
}

impl AuthLayer {
    pub(crate) fn new(
        auth: &Auth,
        resource: Result<ResourceUrl, Problem>,
        catalog: Result<Arc<Catalog>, Vec<Problem>>,
    ) -> Result<Self, ConfigError> {
        let (resource, catalog) = match (resource, catalog) {
            (Ok(resource), Ok(catalog)) => (resource, catalog),
            (resource, catalog) => {
                let problems = resource.err().into_iter().chain(catalog.err().unwrap_or_default());
                return Err(ConfigError::from_problems(problems.collect()));
            }
        };
        let origins = auth.origins(&resource)?;
        let authenticator =
            auth.authenticator(&resource, Arc::clone(&catalog)).map_err(ConfigError::from_problems)?;
        let door = Door {
            metadata_url: resource.metadata_url(),
            metadata: metadata(auth, &resource, catalog.words(), None),
            authenticator,
            catalog,
            origins,
            verification_time: auth.settings.limits.verification_time,
            body_time: auth.settings.limits.body_time,
            resource,
        };
        let rule = Arc::new(Rule::new(&Access::AUTHENTICATED, &[], &door.catalog));
        Ok(Self { door: Arc::new(door), requires: Arc::default(), rule, optional: false })
    }

    /// Demands the scope `S` of every request, besides those demanded already; one that includes it does as well. A token
    /// without it gets 403 with a challenge that asks for all of them (`insufficient_scope`, RFC 6750 section 3.1).
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a scope that the server of [`Auth::layer_for`] does not declare.
    pub fn requires<S: Scope>(self) -> Result<Self, ConfigError> {
        self.demanding(S::INFO)
    }

    /// The same for a scope that has no type.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a word that cannot be a scope (RFC 6749 section 3.3), or that the server of
    /// [`Auth::layer_for`] does not declare.
    pub fn requires_scope(self, scope: &'static str) -> Result<Self, ConfigError> {
        if ScopeInfo::is_name(scope) {
            return self.demanding(ScopeInfo::new(scope));
        }
        let help = "a scope is one word of ASCII, without quotes and backslashes, and not `offline_access`";
        Err(Problem::new("AuthLayer::requires", format!("`{scope}` cannot be a scope"), help).into())
    }

    fn demanding(mut self, scope: ScopeInfo) -> Result<Self, ConfigError> {
        let declared = self.door.catalog.words();
        if !declared.is_empty() && !declared.contains(&scope.name()) {
            let message =
                format!("the server of `{}` does not declare `{}`", self.door.resource, scope.name());
            let help = format!("it declares {}", declared.join(", "));
            return Err(Problem::new("AuthLayer::requires", message, help).into());
        }
        self.requires = self.requires.iter().copied().chain([scope.name()]).collect();
        let scopes: Vec<_> = self.requires.iter().map(|name| ScopeInfo::new(name)).collect();
        self.rule = Arc::new(Rule::new(&Access::AUTHENTICATED, &scopes, &self.door.catalog));
        Ok(self)
    }

    /// Lets requests without a token through: handlers take `Option<AuthInfo>`. A token that is present has to be good
    /// all the same, and to carry the scopes that are demanded.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The metadata of the resource (RFC 9728), for an app that mounts no MCP server there: merge them at its root. An
    /// MCP server of the same resource brings them along.
    pub fn well_known(&self) -> Router {
        Router::new()
            .without_v07_checks()
            .route(&self.door.resource.metadata_path(), public_json(self.door.metadata.clone()))
    }

    /// What challenges ask for and where they lead.
    fn challenged(&self) -> Challenged<'_> {
        Challenged { scope: &self.requires, resource_metadata: &self.door.metadata_url }
    }

    fn decide(&self, caller: &Caller) -> Result<(), Refusal> {
        let Some(auth) = caller.auth() else {
            return if self.optional { Ok(()) } else { Err(self.challenged().unauthorized()) };
        };
        // Without a catalogue no scope includes another: the words themselves count.
        let allowed = if self.door.catalog.words().is_empty() {
            self.requires.iter().all(|scope| auth.has_scope(scope))
        } else {
            self.rule.decide(caller) == Decision::Allowed
        };
        if allowed {
            return Ok(());
        }
        tracing::info!(?caller, needs = self.requires.join(" "), "refused: a scope is missing");
        Err(Refusal::insufficient_scope(&self.requires, &self.door.metadata_url))
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService::new(inner, self.clone())
    }
}

impl fmt::Debug for AuthLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthLayer")
            .field("resource", &self.door.resource.as_str())
            .field("requires", &self.requires)
            .field("optional", &self.optional)
            .finish_non_exhaustive()
    }
}
