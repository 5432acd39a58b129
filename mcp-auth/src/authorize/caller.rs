//! Who stands behind one request.

use super::ScopeSet;
use crate::AuthInfo;

/// The outcome of authentication, carried in the HTTP request's extensions.
///
/// Only the gate puts it there; a handler that finds none was mounted without the gate and refuses.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// No token was sent.
    Anonymous,
    /// A token was sent and verified.
    Known(AuthInfo),
}

impl Caller {
    pub(crate) fn auth(&self) -> Option<&AuthInfo> {
        match self {
            Self::Anonymous => None,
            Self::Known(auth) => Some(auth),
        }
    }

    /// The scopes held; `None` without a token.
    pub(crate) fn scopes(&self) -> Option<ScopeSet> {
        self.auth().map(AuthInfo::scope_set)
    }
}
