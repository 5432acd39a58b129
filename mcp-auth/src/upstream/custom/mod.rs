//! A provider that a user writes: whose API says who somebody is. The way there and back is ours.

mod account;
mod api;
mod app;
mod error;
mod provided;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod tokens;

use std::{fmt, future::Future};

pub use account::ProviderAccount;
pub use api::ProviderApi;
pub use app::OAuthApp;
pub use error::ProviderError;
pub use tokens::{ProviderTokens, TokenGrant, TokenRequest};

/// A way to sign in of your own: a service that speaks OAuth 2.0, and an API that says who somebody is.
///
/// ```
/// use mcp_auth::{
///     AuthorizationServer, OAuthApp, Provider, ProviderAccount, ProviderApi, ProviderError, Secret, Upstream,
///     UpstreamProvider,
/// };
///
/// /// Sign in with GitLab.
/// #[derive(Debug)]
/// struct GitLab(OAuthApp);
///
/// impl GitLab {
///     fn new(client_id: &str, client_secret: Secret) -> Self {
///         Self(
///             OAuthApp::new(Self::ID, client_id, client_secret)
///                 .with_name("GitLab")
///                 .with_authorization_url("https://gitlab.com/oauth/authorize")
///                 .with_token_url("https://gitlab.com/oauth/token")
///                 .with_api_url("https://gitlab.com/api/v4")
///                 .scopes(["read_user"]),
///         )
///     }
/// }
///
/// impl Provider for GitLab {
///     fn app(&self) -> &OAuthApp {
///         &self.0
///     }
///
///     async fn account(&self, api: &ProviderApi<'_>) -> Result<ProviderAccount, ProviderError> {
///         #[derive(serde::Deserialize)]
///         struct User {
///             id: u64,
///             username: String,
///         }
///         let user: User = api.get("/user").await?;
///         Ok(ProviderAccount::new(user.id).with_name(user.username))
///     }
/// }
///
/// /// Tools take `Upstream<GitLab>`.
/// impl UpstreamProvider for GitLab {
///     const ID: &'static str = "gitlab";
/// }
///
/// let settings = AuthorizationServer::new("https://mcp.example.com")
///     .sign_in(GitLab::new("client id", "client secret".into()));
/// # let _ = settings;
/// ```
///
/// Its callback, to be registered there, is the authorization server's URL and `/gitlab/callback`. `state`, PKCE, the browser
/// that began, single use, and where tokens are kept are the crate's business: there is no way to leave one out.
///
/// Where an issuer speaks OpenID Connect, [`Oidc`](crate::Oidc) needs no code at all, and proves more.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no way to sign in",
    label = "people cannot sign in with it",
    note = "use `GitHub`, `Google`, `Oidc` or `DevelopmentSignIn`, or implement `Provider`"
)]
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// What it is called and where it is.
    fn app(&self) -> &OAuthApp;

    /// Whose token this is. It is asked at each sign-in, with the token that came for our own code; and again by those who
    /// decide who may enter.
    ///
    /// # Errors
    ///
    /// [`ProviderError`], which says who must act. Nobody is signed in then.
    fn account(
        &self,
        api: &ProviderApi<'_>,
    ) -> impl Future<Output = Result<ProviderAccount, ProviderError>> + Send;

    /// What a scope lets us do there, for the consent page: `Read your repositories`. `None` shows its name.
    fn words(&self, scope: &str) -> Option<String> {
        let _ = scope;
        None
    }

    /// The exchange of a code, or of a refresh token. Unless written, as in RFC 6749: a form, answered by JSON.
    ///
    /// # Errors
    ///
    /// [`ProviderError`], which says who must act.
    fn tokens(
        &self,
        request: TokenRequest<'_>,
    ) -> impl Future<Output = Result<ProviderTokens, ProviderError>> + Send {
        request.send()
    }
}
