//! A provider whose tokens open an API, and a server's promise to give its tools such tokens.

use std::{any::Any, fmt, sync::Arc};

use http::HeaderMap;

use super::{AnyProvider, Needs, Outage, Provider, SignInError};
use crate::{
    Auth, Problem, Secret,
    http::{HttpClient, Incoming},
    store::Timestamp,
};

/// A provider whose tokens tools can use: `GitHub`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no provider whose tokens tools can use",
    label = "gives tools no tokens",
    note = "write `#[server(upstream(GitHub))]`, and take `Upstream<GitHub>`"
)]
#[expect(private_bounds, reason = "providers of users will come with a trait of their own")]
pub trait UpstreamProvider: Provider + Service + Clone {}

/// The API of a provider.
pub(crate) trait Service: AnyProvider {
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
    is: fn(&dyn Any) -> bool,
    scopes: &'static [&'static str],
}

impl UpstreamDefinition {
    /// `P`, as it is written there, and the scopes that are needed of it.
    pub const fn of<P: UpstreamProvider>(name: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { name, is: |provider| provider.is::<P>(), scopes }
    }

    /// What a test needs of whatever provider.
    #[cfg(test)]
    pub(super) fn of_everybody(scopes: &'static [&'static str]) -> Self {
        Self { name: "Everybody", is: |_| true, scopes }
    }

    /// As it is written in the attribute.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// What is needed of it, if it is `provider`.
    pub(crate) fn scopes_at(&self, provider: &dyn AnyProvider) -> &'static [&'static str] {
        if (self.is)(provider as &dyn Any) { self.scopes } else { &[] }
    }

    /// Whether people can sign in with it.
    pub(crate) fn is_among(&self, providers: &[Arc<dyn AnyProvider>]) -> bool {
        providers.iter().any(|provider| (self.is)(&**provider as &dyn Any))
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
        let (why, help) = match core {
            Some(core) => (
                format!(
                    "nobody can sign in with `{name}` at the authorization server {}",
                    core.issuer.as_str()
                ),
                format!("add `.sign_in({name}::new(…))` to its `AuthorizationServer`"),
            ),
            None => (
                format!("its tools take tokens of `{name}`, and this `Auth` has no authorization server"),
                format!(
                    "add `.authorization_server(AuthorizationServer::new(…).sign_in({name}::new(…)))` to the `Auth`"
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
