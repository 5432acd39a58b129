//! One call of a tool.

use std::borrow::Cow;

use rmcp::{
    RoleServer,
    model::{InputResponses, JsonObject},
    service::RequestContext,
};

use crate::AuthInfo;

/// One call of a tool: who calls, with what, in which protocol context.
#[derive(Clone)]
pub struct ToolCall {
    pub(crate) context: RequestContext<RoleServer>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) arguments: JsonObject,
    pub(crate) input_responses: Option<InputResponses>,
    pub(crate) request_state: Option<String>,
    pub(crate) auth: Option<AuthInfo>,
}

/// Which tool and who calls, without the arguments: they can hold anything.
impl std::fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolCall").field("name", &self.name).field("auth", &self.auth).finish_non_exhaustive()
    }
}

impl ToolCall {
    /// The tool's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who calls; `None` on a public tool called without a token.
    pub fn auth(&self) -> Option<&AuthInfo> {
        self.auth.as_ref()
    }

    /// The caller's subject, for the log.
    pub(crate) fn subject(&self) -> Option<&str> {
        self.auth.as_ref().map(AuthInfo::subject)
    }

    /// The input as the client sent it, before it was read into the tool's arguments.
    pub fn arguments(&self) -> &JsonObject {
        &self.arguments
    }

    /// rmcp's context: peer, cancellation, request id, metadata, extensions.
    pub fn context(&self) -> &RequestContext<RoleServer> {
        &self.context
    }

    /// Answers to what an earlier round of this call asked the client for.
    pub fn input_responses(&self) -> Option<&InputResponses> {
        self.input_responses.as_ref()
    }

    /// The state that an earlier round of this call handed out. The client may have changed it.
    pub fn request_state(&self) -> Option<&str> {
        self.request_state.as_deref()
    }
}
