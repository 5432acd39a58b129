//! A provider whose tokens open an API, and a server's promise to give its tools such tokens.

use std::{fmt, sync::Arc};

use http::HeaderMap;

use super::{AnyProvider, Needs, Outage, SignInError};
use crate::{
    Auth, GitHub, Problem, Secret,
    http::{HttpClient, Incoming},
    store::Timestamp,
};

/// Whose tokens tools take: the `P` of [`Upstream<P>`](crate::Upstream), and what `#[server(upstream(…))]` lists.
///
/// It names a sign-in by its id. [`GitHub`](crate::GitHub) is the one with the id `github`; for every other a type of your own
/// says which is meant, so that two of a kind can stand beside each other:
///
/// ```
/// use mcp_auth::{GitHub, UpstreamProvider, prelude::*};
///
/// /// Our Enterprise server.
/// struct Enterprise;
///
/// impl UpstreamProvider for Enterprise {
///     const ID: &'static str = "enterprise";
/// }
///
/// struct Issues;
///
/// #[server(resource = "https://mcp.example.com/mcp", upstream(GitHub, Enterprise))]
/// impl Issues {
///     /// Your issues at work.
///     #[tool(scopes = "issues:read")]
///     async fn issues(&self, enterprise: Upstream<Enterprise>) -> Result<Json<serde_json::Value>> {
///         Ok(Json(enterprise.get("/issues").await?))
///     }
/// }
///
/// let settings = AuthorizationServer::new("https://mcp.example.com")
///     .sign_in(GitHub::new("client id", "client secret"))
///     .sign_in(
///         GitHub::new("client id", "client secret")
///             .with_id(Enterprise::ID)
///             .with_name("GitHub at work")
///             .with_base_url("https://github.example.com"),
///     );
/// # let _ = settings;
/// ```
///
/// A server whose tools take tokens that nobody can bring does not start.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no provider whose tokens tools can use",
    label = "gives tools no tokens",
    note = "write `#[server(upstream(GitHub))]`, and take `Upstream<GitHub>`",
    note = "of another sign-in, a type of yours says which: `impl UpstreamProvider for Corp {{ const ID: &'static str = \"corp\"; }}`"
)]
pub trait UpstreamProvider: Send + Sync + 'static {
    /// The id of the sign-in that is meant, such as `github`.
    const ID: &'static str;
}

/// The API of a provider.
pub(crate) trait Service: Send + Sync {
    /// Where it begins, without a slash at the end.
    fn api_url(&self) -> String;

    fn http(&self) -> Result<&HttpClient, SignInError>;

    /// What every request says.
    fn headers(&self, token: &Secret) -> HeaderMap;

    /// Whether the answer is that it cannot answer now.
    fn outage(&self, answer: &Incoming, now: Timestamp) -> Option<Outage>;
}

/// One entry of `upstream(…)`, of a server or a tool.
#[derive(Clone, Copy)]
pub struct UpstreamDefinition {
    name: &'static str,
    id: &'static str,
    scopes: &'static [&'static str],
}

impl UpstreamDefinition {
    /// `P`, as it is written there, and the scopes that are needed of it.
    pub const fn of<P: UpstreamProvider>(name: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { name, id: P::ID, scopes }
    }

    /// What a test needs of a provider.
    #[cfg(test)]
    pub(super) fn of_id(id: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { name: "Provider", id, scopes }
    }

    /// As it is written in the attribute.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// What is needed of it, if it is `provider`.
    pub(crate) fn scopes_at(&self, provider: &dyn AnyProvider) -> &'static [&'static str] {
        if provider.id() == self.id { self.scopes } else { &[] }
    }

    /// Whether people can sign in with it.
    pub(crate) fn is_among(&self, providers: &[Arc<dyn AnyProvider>]) -> bool {
        providers.iter().any(|provider| provider.id() == self.id && provider.service().is_some())
    }
}

/// A server whose tools take tokens that nobody can bring does not start.
pub(crate) fn check_offered(needs: &Needs, auth: &Auth) -> Result<(), Vec<Problem>> {
    let core = auth.settings.authorization_server.as_ref();
    let mut missing: Vec<&UpstreamDefinition> = Vec::new();
    for wanted in needs.definitions() {
        let offered = core.is_some_and(|core| wanted.is_among(&core.providers));
        if !offered && !missing.iter().any(|known| known.name == wanted.name) {
            missing.push(wanted);
        }
    }
    let problem = |wanted: &UpstreamDefinition| {
        let name = wanted.name();
        let add = if wanted.id == GitHub::ID {
            format!("sign_in({name}::new(…))")
        } else {
            format!("sign_in(…)` of a provider with an API and the id `{}", wanted.id)
        };
        let (why, help) = match core {
            Some(core) => (
                format!(
                    "nobody can sign in with `{name}` at the authorization server {}",
                    core.issuer.as_str()
                ),
                format!("add `.{add}` to its `AuthorizationServer`"),
            ),
            None => (
                format!("its tools take tokens of `{name}`, and this `Auth` has no authorization server"),
                format!(
                    "add `.authorization_server(AuthorizationServer::new(…))` to the `Auth`, with `.{add}`"
                ),
            ),
        };
        Problem::new(format!("#[server(upstream({name}))]"), why, help)
    };
    let problems: Vec<_> = missing.into_iter().map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

impl fmt::Debug for UpstreamDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
