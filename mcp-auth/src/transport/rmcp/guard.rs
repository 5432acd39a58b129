//! What stands before each method of a server: its rule, and behind it the user's own handler.

use std::sync::Arc;

use rmcp::{
    ErrorData, RoleServer,
    model::{ErrorCode, Extensions, ServerConfig},
    service::{NotificationContext, RequestContext},
};
use serde_json::json;

use super::{
    announce,
    bound::Bound,
    info::info,
    own::{Nothing, OwnHandler},
};
use crate::{
    authorize::{Caller, Decision, Group, Operation, Rule},
    challenge::{Challenge, Rpc, StepUp},
    tool::Registry,
    transport::Binding,
};

type Context = RequestContext<RoleServer>;
type Notified = NotificationContext<RoleServer>;

/// One server behind its rules, as rmcp sees it. Cheap to clone: rmcp makes one per request, or per session.
#[derive(Clone)]
pub(crate) struct Guarded(pub(super) Arc<Inner>, pub(super) announce::Once);

/// What all clones share.
pub(super) struct Inner {
    pub(super) registry: Arc<Registry>,
    pub(super) own: Arc<dyn OwnHandler>,
    pub(super) info: ServerConfig,
    /// Where clients learn how to sign in; empty where they cannot.
    pub(super) resource_metadata: String,
    /// Whom to tell that the tools have changed; `None` where they do not.
    pub(super) sessions: Option<announce::Sessions>,
    pub(super) binding: Arc<Binding>,
}

impl Guarded {
    pub(crate) fn new(registry: Arc<Registry>, resource_metadata: String, binding: Arc<Binding>) -> Self {
        let own = registry.own.clone().unwrap_or_else(|| Arc::new(Nothing));
        let info = info(&registry, &*own);
        let sessions = registry.live().cloned().map(announce::Sessions::new);
        let inner = Inner { registry, own, info, resource_metadata, sessions, binding };
        Self(Arc::new(inner), announce::Once::default())
    }

    /// Whether a tool may exist for one caller and not for another.
    pub(super) fn hides(&self) -> bool {
        self.0.registry.table().hides()
    }

    /// How many sessions are told of changes.
    #[cfg(test)]
    pub(super) fn told(&self) -> usize {
        self.0.sessions.as_ref().map_or(0, announce::Sessions::count)
    }

    /// The user's handler, once the caller may use `group`.
    pub(super) fn group(
        &self,
        group: Group,
        context: &Extensions,
        method: &'static str,
    ) -> Result<&dyn OwnHandler, ErrorData> {
        let rule = self.0.registry.policy.group(group);
        let rule = rule.ok_or_else(|| ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))?;
        self.allow(rule, context, method)
    }

    /// The user's handler, once the caller may do what every caller of this server may.
    pub(super) fn base(
        &self,
        operation: Operation<'_>,
        context: &Extensions,
        method: &'static str,
    ) -> Result<&dyn OwnHandler, ErrorData> {
        self.allow(self.0.registry.policy.rule(operation), context, method)
    }

    /// The user's handler, where what it hands out is bound to the caller.
    pub(super) fn bound<'a>(&'a self, own: &'a dyn OwnHandler, context: &Context) -> Bound<'a> {
        Bound::new(own, &self.0.binding, &context.extensions)
    }

    pub(super) fn allow(
        &self,
        rule: &Rule,
        context: &Extensions,
        method: &'static str,
    ) -> Result<&dyn OwnHandler, ErrorData> {
        let Some(caller) = Caller::of(context) else {
            tracing::error!(method, "refused: this server runs without its authentication layer");
            return Err(ErrorData::internal_error("the server cannot tell who calls", None));
        };
        match rule.decide(caller) {
            Decision::Allowed => {
                if let Some(step_up) = StepUp::of(context) {
                    step_up.operation(rule.wanted());
                }
                Ok(&*self.0.own)
            }
            denied => Err(self.denied(rule, denied, method)),
        }
    }

    fn denied(&self, rule: &Rule, denied: Decision, method: &'static str) -> ErrorData {
        let error = (denied == Decision::NeedsScope).then_some("insufficient_scope");
        let code = if error.is_some() { Rpc::Forbidden } else { Rpc::Unauthorized };
        let challenge = Challenge {
            error,
            error_description: None,
            scope: rule.wanted(),
            resource_metadata: &self.0.resource_metadata,
        };
        tracing::info!(method, ?denied, "refused");
        let data = json!({ "mcp/www_authenticate": [challenge.to_string()] });
        let data = Some(data).filter(|_| !self.0.resource_metadata.is_empty());
        ErrorData::new(ErrorCode(code as i32), "authorization required", data)
    }

    /// Whether a notification may reach the user's handler; there is nobody to answer, so a refusal is silent.
    pub(super) fn notified(
        &self,
        operation: Operation<'_>,
        context: &Notified,
        method: &'static str,
    ) -> Option<&dyn OwnHandler> {
        self.base(operation, &context.extensions, method).ok()
    }
}
