//! The rule in front of every method of the forwarder that is no tool's.

use rmcp::{
    ErrorData, RoleServer,
    model::{ErrorCode, Extensions},
    service::NotificationContext,
};
use serde_json::json;

use super::{Guarded, own::OwnHandler};
use crate::{
    authorize::{Caller, Decision, Group, Operation, Rule},
    challenge::{Challenge, Rpc, StepUp},
};

type Notified = NotificationContext<RoleServer>;

impl Guarded {
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

    fn allow(
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
