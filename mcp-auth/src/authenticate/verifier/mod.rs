//! Verifiers of users, and of tokens that only their issuer can read.

mod asked;
mod erased;
mod error;

pub(super) use asked::Asked;
pub(crate) use erased::AnyVerifier;
pub(super) use erased::expectations;
pub use error::VerifyError;

use std::{future::Future, time::Duration};

use serde_json::{Map, Value};

use super::issuer::DEFAULT_LEEWAY;
use crate::ConfigError;

/// Says what a token means, where its signature alone does not: opaque tokens, tokens of a database, of a cloud's own
/// service.
///
/// A verifier only *reads* tokens. What it returns has then to pass the checks that a JWT has to pass: `iss` is the
/// verifier's issuer, `aud` names this server, `exp` is there and in the future, `nbf` and `iat` are not, `sub` is there,
/// scopes have a known form, and no `cnf` binds it to a key. A verifier that forgets the audience lets nobody in.
///
/// ```
/// use mcp_auth::{TokenVerifier, VerifyError};
/// use serde_json::{Map, Value};
///
/// struct Sessions; // a database, for example
///
/// impl Sessions {
///     async fn find(&self, _token: &str) -> std::io::Result<Option<Map<String, Value>>> {
///         Ok(None)
///     }
/// }
///
/// impl TokenVerifier for Sessions {
///     fn issuer(&self) -> &str {
///         "https://sessions.example.com"
///     }
///
///     fn recognizes(&self, token: &str) -> bool {
///         token.starts_with("sess_")
///     }
///
///     async fn verify(&self, token: &str) -> Result<Map<String, Value>, VerifyError> {
///         // `?` means: the token may be good, but nobody can say so now (503).
///         let session = self.find(token).await?;
///         session.ok_or_else(|| VerifyError::invalid("no such session")) // 401
///     }
/// }
///
/// # fn main() -> Result<(), mcp_auth::ConfigError> {
/// let auth = mcp_auth::Auth::builder().verifier(Sessions).build()?;
/// # let _ = auth;
/// # Ok(())
/// # }
/// ```
///
/// A token is verified once at a time, however many requests bring it; at most 32 are verified at once. A verifier that
/// takes longer than [`Limits::verification_time`](crate::Limits::verification_time), or panics, is 503 for that token.
pub trait TokenVerifier: Send + Sync + 'static {
    /// The URL of the issuer whose tokens these are: `https`, or `http` on this machine. Clients find it in the server's
    /// metadata, and `iss` of what [`verify`](Self::verify) returns must be exactly this. Asked often: it must not change.
    fn issuer(&self) -> &str;

    /// What a token says, as the claims of a JWT would say it (RFC 7519 section 4, RFC 9068 section 2.2): `iss`, `aud`,
    /// `exp`, `sub`, and where there are any `scope`, `client_id` and claims of your own.
    ///
    /// Written as `async fn verify(&self, token: &str) -> Result<Map<String, Value>, VerifyError>`.
    ///
    /// # Errors
    ///
    /// [`VerifyError::invalid`] where the token is not good, [`VerifyError::unavailable`] (and every error by `?`) where
    /// that cannot be known now.
    fn verify(&self, token: &str) -> impl Future<Output = Result<Map<String, Value>, VerifyError>> + Send;

    /// Whether an opaque token, one that does not say whose it is, is to be verified here. Default: no.
    ///
    /// It is not asked about JWTs that carry `iss`: these go to the issuer of that name, and to nobody else. Look at the
    /// token's form only; two verifiers that both take a token for theirs are an error of the server (503).
    fn recognizes(&self, token: &str) -> bool {
        let _ = token;
        false
    }

    /// The audience that tokens must carry, when it is not the URL of the resource.
    ///
    /// # Deployment caveat
    ///
    /// Choose one that no other server shares: a token for one of them would be good for all of them.
    fn audience(&self) -> Option<&str> {
        None
    }

    /// How far the issuer's clock may differ from ours: 30 seconds unless said, 60 at most.
    fn leeway(&self) -> Duration {
        DEFAULT_LEEWAY
    }

    /// How long a good answer is used again without asking: 60 seconds unless said, never longer than the token lives
    /// (RFC 7662 section 4). It bounds how long a revoked token is honoured. Zero: every request asks.
    fn remember(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// What is wrong with the verifier's own settings; asked once, by [`AuthBuilder::build`](crate::AuthBuilder::build).
    ///
    /// # Errors
    ///
    /// Whatever must keep the server from starting.
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}
