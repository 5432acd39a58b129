//! Why a verifier has no answer: the token, or somebody else.

use std::{fmt, time::Duration};

const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a [`TokenVerifier`](crate::TokenVerifier) does not say what a token means. The text is for the log: clients do
/// not see it, and the token itself is cut out of it.
///
/// Every error can become one by `?`. It then means that the token may be good and cannot be verified now: clients
/// throw a good token away when they read 401, so that has to be said, with [`invalid`](Self::invalid).
pub struct VerifyError {
    pub(super) invalid: bool,
    pub(super) message: String,
    pub(super) retry_after: Duration,
}

impl VerifyError {
    /// The client must get another token: 401.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { invalid: true, message: message.into(), retry_after: RETRY_AFTER }
    }

    /// The issuer, the network or this server must get well again: 503 with `Retry-After`, five seconds unless
    /// [said otherwise](Self::retry_after).
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { invalid: false, message: message.into(), retry_after: RETRY_AFTER }
    }

    /// When it is worth to try again; of interest with [`unavailable`](Self::unavailable) only.
    #[must_use]
    pub fn retry_after(mut self, time: Duration) -> Self {
        self.retry_after = time;
        self
    }

    /// The text as it may be logged: whoever wrote it may have put a URL with the token into it (R43).
    pub(super) fn without(&self, token: &str) -> String {
        self.message.replace(token, "…")
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for VerifyError {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::unavailable(message)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.invalid { "Invalid" } else { "Unavailable" };
        f.debug_tuple(kind).field(&self.message).finish()
    }
}
