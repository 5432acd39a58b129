//! Who stands behind one request.

use rmcp::model::Extensions;

use super::ScopeSet;
use crate::AuthInfo;

/// The outcome of authentication, carried in the request's extensions.
///
/// Only the gate puts it into an HTTP request, and only `serve_stdio` into a message without one; a handler that finds
/// none was mounted without the gate and refuses.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// No token was sent.
    Anonymous,
    /// A token was sent and verified.
    Known(AuthInfo),
}

impl Caller {
    /// Who stands behind a message of rmcp's; `None` where no gate stands in front.
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        match extensions.get::<http::request::Parts>() {
            Some(parts) => parts.extensions.get(),
            None => extensions.get(),
        }
    }

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
