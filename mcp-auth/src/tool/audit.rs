//! Decisions about tools, told to the sinks.

use std::{fmt, sync::Arc};

use crate::{AuditEvent, AuditKind, AuthInfo, audit::AuditTrail, authorize::Rule};

/// Where the decisions of one server are told.
pub(crate) struct ToolAudit {
    trail: Arc<AuditTrail>,
    resource: String,
}

impl ToolAudit {
    pub(crate) fn new(trail: Arc<AuditTrail>, resource: &str) -> Self {
        Self { trail, resource: resource.to_owned() }
    }

    /// The call may run. Told before it does: what it does then is the tool's affair.
    pub(super) fn allowed(&self, tool: &str, caller: Option<&AuthInfo>) {
        self.tell(|| self.event(AuditKind::ToolAllowed, tool, caller));
    }

    /// The call may not run, or the tool itself refused it.
    pub(crate) fn refused(&self, tool: &str, rule: &Rule, caller: Option<&AuthInfo>, reason: &str) {
        self.tell(|| {
            self.event(AuditKind::ToolRefused, tool, caller).scopes(rule.wanted().iter()).reason(reason)
        });
    }

    fn event(&self, kind: AuditKind, tool: &str, caller: Option<&AuthInfo>) -> AuditEvent {
        let mut event = AuditEvent::new(kind).tool(tool).resource(&self.resource);
        if let Some(caller) = caller {
            event = event.subject(caller.subject());
            event.client_id = caller.client_id().map(str::to_owned);
            // Tokens of our own authorization server name their grant.
            let grant = caller.raw_claims().get("grant").and_then(serde_json::Value::as_str);
            event.grant = grant.map(str::to_owned);
        }
        event
    }

    /// Tools are called often: where nobody reads it, nothing is made.
    fn tell(&self, event: impl FnOnce() -> AuditEvent) {
        if self.trail.is_read() {
            self.trail.record(event());
        }
    }
}

impl fmt::Debug for ToolAudit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ToolAudit").field(&self.resource).finish()
    }
}
