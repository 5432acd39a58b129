//! Why a provider's API gave no answer that can be used.

use std::time::Duration;

use super::{Outage, vault::VaultError};

/// Why there is no token of a provider, or no answer of its API.
///
/// A tool that returns it by `?` says what the client can do about it: sign in again (401 with a challenge, where nothing
/// has been answered yet), or try again later. Of a refused request the client reads the status; what the provider said
/// besides is for the tool.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The provider does not honour the sign-in any more. The grants that hang on it have ended, and the person has to sign
    /// in again.
    #[error("the sign-in with {provider} has ended; sign in again")]
    Ended {
        /// The provider, as pages call it.
        provider: String,
    },
    /// The caller has not signed in with this provider.
    #[error("this needs a sign-in with {provider}; connect to this server anew, and choose {provider} there")]
    Elsewhere {
        /// The provider, as pages call it.
        provider: String,
    },
    /// The token is not for everything that the tool says it needs: the person allowed less, or signed in before the tool
    /// needed it. The client is asked to sign them in again; once they have refused at two sign-ins in a row, it is only
    /// told.
    #[error("{provider} did not grant {}: {}", scopes.join(" "), next(*refused))]
    NotGranted {
        /// The provider, as pages call it.
        provider: String,
        /// The scopes at the provider that are missing.
        scopes: Vec<String>,
        /// Whether asking once more would be asking for ever.
        refused: bool,
    },
    /// It does not answer now, or is asked too often. The sign-in lives.
    #[error("{provider} cannot answer now; try again {}", when(*retry_after))]
    Unavailable {
        /// The provider, as pages call it.
        provider: String,
        /// When to try again, if that is known.
        retry_after: Option<Duration>,
    },
    /// The API refused the request.
    #[error("{provider} answers {status}")]
    Status {
        /// The provider, as pages call it.
        provider: String,
        /// The HTTP status.
        status: u16,
        /// What the API says about it, for the tool.
        message: String,
    },
    /// The answer is not what the tool reads.
    #[error("what {provider} answers cannot be read: {why}")]
    Unreadable {
        /// The provider, as pages call it.
        provider: String,
        /// What does not fit.
        why: String,
    },
    /// The request cannot be sent: the tool's mistake, or input that must not become part of a path.
    #[error("the request to {provider} cannot be sent: {why}")]
    Request {
        /// The provider, as pages call it.
        provider: String,
        /// What is wrong.
        why: &'static str,
    },
}

impl UpstreamError {
    pub(super) fn vault(provider: &str, error: VaultError) -> Self {
        match error {
            VaultError::Ended => Self::Ended { provider: provider.to_owned() },
            VaultError::Unavailable(outage) => Self::outage(provider, &outage),
            VaultError::Store(error) => {
                tracing::error!(%error, "a provider's token cannot be read");
                Self::Unavailable { provider: "the authorization server".to_owned(), retry_after: None }
            }
        }
    }

    pub(super) fn outage(provider: &str, outage: &Outage) -> Self {
        tracing::warn!(provider, why = outage.why, "the provider cannot answer now");
        Self::Unavailable { provider: provider.to_owned(), retry_after: outage.retry_after }
    }

    /// What the client reads, where it is written for them.
    pub(crate) fn for_client(&self) -> Option<String> {
        match self {
            Self::Ended { .. }
            | Self::Elsewhere { .. }
            | Self::NotGranted { .. }
            | Self::Unavailable { .. }
            | Self::Status { .. } => Some(self.to_string()),
            Self::Unreadable { .. } | Self::Request { .. } => None,
        }
    }
}

fn next(refused: bool) -> &'static str {
    if refused { "it was asked for and refused at the last sign-ins" } else { "sign in again and allow it" }
}

fn when(retry_after: Option<Duration>) -> String {
    retry_after
        .map_or_else(|| "in a moment".to_owned(), |after| format!("in {} seconds", after.as_secs().max(1)))
}
