//! The sink that is there where no other is.

use super::{AuditEvent, AuditSink};

/// Writes events to `tracing`, at INFO with the target `mcp_auth::audit` and a field for each member. It is there unless the
/// settings name another; name it too to have both.
///
/// What becomes of them is the subscriber's affair. One that writes to a pipe nobody reads stops whoever logs: give such a
/// subscriber a writer that does not block (the crate `tracing-appender` has one).
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditLog;

impl AuditLog {
    pub(super) fn is_read() -> bool {
        tracing::enabled!(target: "mcp_auth::audit", tracing::Level::INFO)
    }
}

impl AuditSink for AuditLog {
    fn record(&self, event: &AuditEvent) {
        let scopes = (!event.scopes.is_empty()).then(|| event.scopes.join(" "));
        tracing::info!(
            target: "mcp_auth::audit",
            kind = event.kind.as_str(),
            subject = event.subject,
            client_id = event.client_id,
            grant = event.grant,
            resource = event.resource,
            scopes,
            tool = event.tool,
            endpoint = event.endpoint,
            reason = event.reason,
            reference = event.reference,
        );
    }
}
