//! `Upstream<P>`: the caller's token at a provider, as an argument of a tool.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::model::Extensions;

use super::{
    AnyProvider, UpstreamError, UpstreamProvider,
    vault::{Current, VaultError, current, end, renew},
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
/// The server says `upstream(GitHub)` in its `#[server]`, and does not start where nobody can sign in that way.
pub struct Upstream<P> {
    pub(super) core: Arc<Core>,
    pub(super) provider: Arc<dyn AnyProvider>,
    id: String,
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

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        let auth = call.auth().ok_or_else(ToolError::forbidden)?;
        Ok(Self::of(call, auth)?.await?)
    }
}

impl<S: HasUpstream<P> + Sync, P: UpstreamProvider> OptionalFromToolCall<S> for Upstream<P> {
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
        Ok(Self::find(core, provider, auth))
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
        let current = current(core, &provider, record).await.map_err(failed)?;
        let (core, current) = (Arc::clone(core), Mutex::new(current));
        Ok(Self { core, provider, id, current, of: PhantomData })
    }

    /// The token itself, for a client library of the provider. Calls through [`get`](Self::get) and its like notice when
    /// the provider does not honour it any more; those of a library are yours to notice.
    pub fn token(&self) -> Secret {
        self.used().tokens.access_token
    }

    /// What the person granted at the provider, if it says so: they may have granted less than was asked.
    pub fn granted_scopes(&self) -> Option<String> {
        self.used().tokens.scopes
    }

    pub(super) fn used(&self) -> Current {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The API refuses the token. Returns whether there is another one; the first time, also one that is renewed for it.
    pub(super) async fn refused(&self, refused: &Current, first: bool) -> Result<(), UpstreamError> {
        let newer = self.after(refused, first).await;
        let newer = newer.map_err(|error| UpstreamError::vault(self.provider.name(), error))?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = newer;
        Ok(())
    }

    async fn after(&self, refused: &Current, first: bool) -> Result<Current, VaultError> {
        let Some(record) = self.core.store.upstream_token(&self.id).await? else {
            return Err(VaultError::Ended);
        };
        if first && record.version != refused.version {
            return current(&self.core, &self.provider, record).await;
        }
        if first && refused.tokens.refresh_token.is_some() {
            return renew(&self.core, &self.provider, record).await;
        }
        tracing::info!(provider = self.provider.id(), "the provider refuses a token that it gave");
        end(&self.core, &UpstreamTokenRecord { version: refused.version, ..record }).await
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
