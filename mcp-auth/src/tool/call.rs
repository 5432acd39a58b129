//! One call of a tool.

use std::{borrow::Cow, sync::Arc};

use rmcp::{
    RoleServer,
    model::{InputResponses, JsonObject},
    service::RequestContext,
};

use crate::{
    AuthInfo,
    authorize::{Catalog, Granted, Scope},
    transport::{Binding, Round},
};

/// One call of a tool: who calls, with what, in which protocol context.
#[derive(Clone)]
pub struct ToolCall {
    pub(crate) context: RequestContext<RoleServer>,
    pub(crate) binding: Arc<Binding>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) arguments: JsonObject,
    pub(crate) input_responses: Option<InputResponses>,
    pub(crate) request_state: Option<String>,
    pub(crate) auth: Option<AuthInfo>,
    /// What the scopes of `auth` mean on this server.
    pub(crate) catalog: Arc<Catalog>,
    /// What the tool needs at providers, and what every tool of the server does.
    #[cfg(feature = "authorization-server")]
    pub(crate) upstreams: [&'static [super::UpstreamDefinition]; 2],
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

    /// The proof that the caller holds `T`, if they do.
    pub(crate) fn granted<T: Scope>(&self) -> Option<Granted<T>> {
        Granted::check(&self.catalog, self.auth.as_ref()?.scope_set())
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

    /// The state that an earlier round of this call handed out, as the tool wrote it: it was sealed for this caller,
    /// this tool and these arguments, and has not been changed meanwhile.
    pub fn request_state(&self) -> Option<&str> {
        self.request_state.as_deref()
    }

    /// What a state that the tool hands out is bound to.
    pub(crate) fn round(&self) -> Round<'_> {
        Round {
            owner: self.auth.as_ref().map(AuthInfo::principal),
            method: "tools/call",
            name: &self.name,
            arguments: Some(&self.arguments),
        }
    }
}
