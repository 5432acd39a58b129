//! Why nobody is signed in.

use crate::upstream::SignInError;

/// Why a provider signs nobody in, or renews no token. Each says who must act, and is told to the client and the log in these
/// terms; the text is for the log, and never holds a secret.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ProviderError(pub(super) SignInError);

impl ProviderError {
    /// The code, or the token, is worth nothing: the person has to sign in again. A refresh token that is refused ends the
    /// grants that use it.
    pub fn refused(why: impl Into<String>) -> Self {
        Self(SignInError::Refused(why.into()))
    }

    /// The service cannot answer now. Nothing ends, and the client may try again.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self(SignInError::Unavailable(why.into().into()))
    }

    /// We are not set up rightly: a wrong client secret, a wrong URL. The operator has to act.
    pub fn misconfigured(why: impl Into<String>) -> Self {
        Self(SignInError::Misconfigured(why.into()))
    }
}

impl From<SignInError> for ProviderError {
    fn from(error: SignInError) -> Self {
        Self(error)
    }
}
