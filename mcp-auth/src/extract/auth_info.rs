//! `AuthInfo` as an argument.

use rmcp::model::Extensions;

use super::{Extractor, FromToolCall, OptionalFromToolCall};
use crate::{
    AuthInfo, FromClaims,
    authorize::Caller,
    tool::{ToolCall, ToolError},
};

impl AuthInfo {
    /// Who calls, inside your own `impl ServerHandler`; `None` without a token. A tool takes an `AuthInfo` instead, and
    /// so does a method with rmcp's own `#[prompt]` or `#[tool]`.
    ///
    /// ```
    /// # use mcp_auth::{AuthInfo, rmcp};
    /// # use rmcp::{ErrorData, RoleServer, model::{ReadResourceRequestParams, ReadResourceResponse}, service::RequestContext};
    /// # fn note(_uri: &str, _owner: &str) -> Option<ReadResourceResponse> { None }
    /// async fn read_resource(
    ///     request: ReadResourceRequestParams,
    ///     context: RequestContext<RoleServer>,
    /// ) -> Result<ReadResourceResponse, ErrorData> {
    ///     let found = AuthInfo::of(&context.extensions).and_then(|user| note(&request.uri, user.subject()));
    ///     found.ok_or_else(|| ErrorData::resource_not_found("no such note", None))
    /// }
    /// ```
    pub fn of(extensions: &Extensions) -> Option<Self> {
        Caller::of(extensions)?.auth().cloned()
    }
}

/// Whatever `C` is, and whether or not it can be made: no JSON value ever sets an identity.
impl<C> Extractor for AuthInfo<C> {}

impl<S: Sync, C: FromClaims> FromToolCall<S> for AuthInfo<C> {
    const NEEDS_IDENTITY: bool = true;
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        Ok(call.auth().ok_or_else(ToolError::forbidden)?.with_claims()?)
    }
}

impl<S: Sync, C: FromClaims> OptionalFromToolCall<S> for AuthInfo<C> {
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    /// `None` without a token only: claims that do not fit are a refusal here too.
    async fn optional_from_tool_call(_server: &S, call: &ToolCall) -> Result<Option<Self>, ToolError> {
        Ok(call.auth().map(AuthInfo::with_claims).transpose()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize::Catalog;

    /// The extensions of a request, as rmcp hands them to a handler.
    fn extensions(caller: Option<Caller>) -> Extensions {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        if let Some(caller) = caller {
            parts.extensions.insert(caller);
        }
        let mut extensions = Extensions::new();
        extensions.insert(parts);
        extensions
    }

    #[test]
    fn a_handler_learns_who_calls_from_the_gate_alone() {
        let alice = AuthInfo::for_tests("alice", &[], &Catalog::new(std::iter::empty()));
        let found = AuthInfo::of(&extensions(Some(Caller::Known(alice.clone()))));
        assert_eq!(found.map(|found| found.principal().clone()), Some(alice.principal().clone()));

        let mut forged = Extensions::new();
        forged.insert(alice);
        for extensions in [extensions(Some(Caller::Anonymous)), extensions(None), forged] {
            assert!(AuthInfo::of(&extensions).is_none());
        }
    }
}
