//! `Upstream<P>`: the caller's token at a provider, as an argument of a tool.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::model::Extensions;

use super::{
    AnyProvider, UpstreamDefinition, UpstreamError, UpstreamProvider,
    vault::{Current, VaultError, after_refusal, current, declined},
};
use crate::{
    AuthInfo, Secret,
    authorization_server::Core,
    extract::{Extractor, FromToolCall, OptionalFromToolCall},
    store::{GrantRecord, UpstreamTokenRecord},
    tool::{ToolCall, ToolError},
};

/// The claim of our access tokens that names the grant.
const GRANT: &str = "grant";

/// The caller's own token at the provider `P`, and the provider's API with it.
///
/// ```
/// use mcp_auth::{GitHub, Json, ToolError, Upstream, server};
///
/// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// struct Profile {
///     login: String,
///     name: Option<String>,
/// }
///
/// struct Profiles;
///
/// #[server(resource = "https://mcp.example.com/mcp", upstream(GitHub))]
/// impl Profiles {
///     /// Your GitHub profile.
///     #[tool(scopes = "profile:read")]
///     async fn profile(&self, github: Upstream<GitHub>) -> Result<Json<Profile>, ToolError> {
///         Ok(Json(github.get("/user").await?))
///     }
/// }
/// ```
///
/// It is the token of the person who allowed the client to call this server, from their sign-in at our
/// [`AuthorizationServer`](crate::AuthorizationServer); callers of other issuers have none. It is renewed before it runs
/// out, where the provider renews tokens. Where the provider does not honour it any more, [`UpstreamError::Ended`] makes
/// the client sign in again.
///
/// The server says `upstream(GitHub)` in its `#[server]`, and does not start where nobody can sign in that way. With
/// `upstream(GitHub, scopes = "read:user")` everybody is asked for these scopes at sign-in; the same at a tool asks those
/// who allow the tool: see the guide's page on the authorization server.
pub struct Upstream<P> {
    pub(super) core: Arc<Core>,
    pub(super) provider: Arc<dyn AnyProvider>,
    id: String,
    /// What was asked for at the sign-in.
    asked: String,
    current: Mutex<Current>,
    of: PhantomData<fn() -> P>,
}

/// A server whose tools may take an [`Upstream<P>`]; written by `#[server(upstream(…))]`.
///
/// For a [part](crate::Holds) write it by hand: `impl HasUpstream<GitHub> for Search {}`.
#[diagnostic::on_unimplemented(
    message = "server `{Self}` has no `{P}` upstream",
    label = "not available on `{Self}`",
    note = "write `#[server(upstream({P}))]`"
)]
pub trait HasUpstream<P> {}

/// What the gate puts into a request, so that arguments find it.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams(pub(crate) Arc<Core>);

impl Upstreams {
    fn of(extensions: &Extensions) -> Option<&Arc<Core>> {
        extensions.get::<http::request::Parts>()?.extensions.get().map(|Self(core)| core)
    }
}

impl<P> Extractor for Upstream<P> {}

impl<S: HasUpstream<P> + Sync, P: UpstreamProvider> FromToolCall<S> for Upstream<P> {
    const NEEDS_IDENTITY: bool = true;
    const NEEDS_PEER: bool = false;

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        let auth = call.auth().ok_or_else(ToolError::forbidden)?;
        Ok(Self::of(call, auth)?.await?)
    }
}

impl<S: HasUpstream<P> + Sync, P: UpstreamProvider> OptionalFromToolCall<S> for Upstream<P> {
    const NEEDS_PEER: bool = false;

    /// `None` without a token, and for somebody who has not signed in with this provider.
    async fn optional_from_tool_call(_server: &S, call: &ToolCall) -> Result<Option<Self>, ToolError> {
        let Some(auth) = call.auth() else { return Ok(None) };
        match Self::of(call, auth)?.await {
            Err(UpstreamError::Elsewhere { .. }) => Ok(None),
            found => Ok(Some(found?)),
        }
    }
}

/// The sign-in that is meant, if its tokens are for tools.
fn provider<P: UpstreamProvider>(core: &Core) -> Option<Arc<dyn AnyProvider>> {
    core.provider(P::ID).filter(|provider| provider.service().is_some()).cloned()
}

impl<P: UpstreamProvider> Upstream<P> {
    /// The caller's token, to be awaited; the developer's error where nobody can have one.
    fn of<'a>(
        call: &'a ToolCall,
        auth: &'a AuthInfo,
    ) -> Result<impl Future<Output = Result<Self, UpstreamError>> + Send + 'a, ToolError> {
        let core = Upstreams::of(&call.context.extensions);
        let found = core.and_then(|core| Some((core, provider::<P>(core)?)));
        let Some((core, provider)) = found else {
            let why = "nobody can sign in with the provider whose token the tool takes: \
                       list it in `#[server(upstream(…))]` and in `AuthorizationServer::sign_in`";
            return Err(ToolError::opaque(why));
        };
        Ok(Self::enough(core, provider, auth, call.upstreams))
    }

    /// The caller's token, which is for all that the tool and the server say they need.
    async fn enough(
        core: &Arc<Core>,
        provider: Arc<dyn AnyProvider>,
        auth: &AuthInfo,
        needs: [&'static [UpstreamDefinition]; 2],
    ) -> Result<Self, UpstreamError> {
        let upstream = Self::find(core, provider, auth).await?;
        let needed = needs.into_iter().flatten().flat_map(|needed| needed.scopes_at(&*upstream.provider));
        let mut missing: Vec<String> = Vec::new();
        for scope in needed {
            if !upstream.has_scope(scope) && !missing.iter().any(|known| known == scope) {
                missing.push((*scope).to_owned());
            }
        }
        if missing.is_empty() {
            return Ok(upstream);
        }
        Err(upstream.not_granted(missing).await)
    }

    /// The first time, another sign-in may bring it. Whoever has refused twice in a row is not asked for ever.
    async fn not_granted(&self, scopes: Vec<String>) -> UpstreamError {
        let provider = self.provider.name().to_owned();
        let refused = match declined(&self.core, &self.id).await {
            Ok(declined) => declined >= 2 && scopes.iter().all(|scope| self.was_asked(scope)),
            Err(error) => return UpstreamError::vault(&provider, error),
        };
        tracing::info!(
            provider = self.provider.id(),
            ?scopes,
            refused,
            "a token is not for what the tool needs"
        );
        UpstreamError::NotGranted { provider, scopes, refused }
    }

    fn was_asked(&self, scope: &str) -> bool {
        self.asked.split(' ').any(|asked| self.provider.includes(asked, scope))
    }

    async fn find(
        core: &Arc<Core>,
        provider: Arc<dyn AnyProvider>,
        auth: &AuthInfo,
    ) -> Result<Self, UpstreamError> {
        let name = provider.name().to_owned();
        let failed = |error| UpstreamError::vault(&name, error);
        // Whatever another issuer writes into its tokens names no grant of ours.
        let ours = auth.issuer() == core.issuer.as_str();
        let grant = auth.raw_claims().get(GRANT).and_then(|grant| grant.as_str()).filter(|_| ours);
        let elsewhere = || UpstreamError::Elsewhere { provider: name.clone() };
        let grant = grant.ok_or_else(elsewhere)?;
        let grant = core.store.grant(grant).await.map_err(|error| failed(error.into()))?;
        let grant = grant.filter(|grant| lives(core, grant) && grant.person.subject() == auth.subject());
        let grant = grant.ok_or_else(|| UpstreamError::Ended { provider: name.clone() })?;
        if grant.person.provider != provider.id() {
            return Err(elsewhere());
        }
        let id = grant.upstream.clone().ok_or_else(elsewhere)?;
        let Some(record) = record(core, &id, &grant).await.map_err(failed)? else {
            return Err(orphaned(core, &grant, &name).await);
        };
        let asked = record.scopes.clone();
        let current = current(core, &provider, record).await.map_err(failed)?;
        let (core, current) = (Arc::clone(core), Mutex::new(current));
        Ok(Self { core, provider, id, asked, current, of: PhantomData })
    }

    /// The token itself, for a client library of the provider. Calls through [`get`](Self::get) and its like notice when
    /// the provider does not honour it any more; those of a library are yours to notice.
    pub fn token(&self) -> Secret {
        self.used().tokens.access_token
    }

    /// The provider's scopes that the token is for: what the person granted there, which may be less than was asked; what
    /// was asked, where the provider does not say (RFC 6749 section 5.1).
    ///
    /// What a tool cannot do without, it says in its attribute, and is not called without it:
    /// `#[tool(scopes = "repos:read", upstream(GitHub, scopes = "repo"))]`.
    pub fn scopes(&self) -> Vec<String> {
        let granted = self.used().tokens.scopes.unwrap_or_else(|| self.asked.clone());
        granted.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
    }

    /// Whether the token is for `scope`, itself or as part of another: at GitHub, `repo` includes `public_repo`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().iter().any(|held| self.provider.includes(held, scope))
    }

    pub(super) fn used(&self) -> Current {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The API refuses the token. Returns whether there is another one; the first time, also one that is renewed for it.
    pub(super) async fn refused(&self, refused: &Current, first: bool) -> Result<(), UpstreamError> {
        let newer = after_refusal(&self.core, &self.provider, &self.id, refused, first).await;
        let newer = newer.map_err(|error| UpstreamError::vault(self.provider.name(), error))?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = newer;
        Ok(())
    }
}

fn lives(core: &Core, grant: &GrantRecord) -> bool {
    grant.ended_at.is_none() && core.now() < grant.expires_at
}

/// The grant's token, which is the same person's.
async fn record(
    core: &Core,
    id: &str,
    grant: &GrantRecord,
) -> Result<Option<UpstreamTokenRecord>, VaultError> {
    Ok(core.store.upstream_token(id).await?.filter(|record| record.person == grant.person))
}

/// The token that the grant hangs on is not there any more, so that the grant is over.
async fn orphaned(core: &Arc<Core>, grant: &GrantRecord, provider: &str) -> UpstreamError {
    match core.store.end_grant(&grant.id, core.now()).await {
        Ok(_) => {
            core.grant_ended(&grant.id);
            core.has_ended(&grant.id, "its sign-in at the provider is not there any more").await;
            UpstreamError::Ended { provider: provider.to_owned() }
        }
        Err(error) => UpstreamError::vault(provider, error.into()),
    }
}

/// Neither the token nor whose it is.
impl<P> fmt::Debug for Upstream<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("provider", &self.provider).finish_non_exhaustive()
    }
}
