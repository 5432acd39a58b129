//! Where decisions are told.

use std::sync::Arc;

use super::AuthBuilder;
use crate::{Problem, audit::AuditTrail};

impl AuthBuilder {
    /// Where decisions are told: who, which client, which tool, allowed or why not. Each call adds a sink; without any, events
    /// go to `tracing` ([`AuditLog`](crate::AuditLog)).
    ///
    /// The sink has a thread of its own behind a bounded queue, so that no request ever waits for it; what does not fit is
    /// counted. See [`AuditSink`](crate::AuditSink), and [`audit_first`](Self::audit_first) where nothing may be lost.
    pub fn audit(mut self, sink: impl crate::AuditSink) -> Self {
        self.audit.queue(sink);
        self
    }

    /// The same, but the sink has recorded the event before the request is answered: nothing is lost, and a sink that is slow
    /// or stuck makes the server so.
    pub fn audit_first(mut self, sink: impl crate::AuditSink) -> Self {
        self.audit.first(sink);
        self
    }

    /// The sinks of both roles, running.
    pub(super) fn audit_trail(&self, problems: &mut Vec<Problem>) -> Option<Arc<AuditTrail>> {
        #[cfg_attr(not(feature = "authorization-server"), expect(unused_mut, reason = "there is one role"))]
        let mut sinks = self.audit.clone();
        #[cfg(feature = "authorization-server")]
        if let Some(settings) = &self.authorization_server {
            sinks.extend(settings.audit_sinks());
        }
        let trail = AuditTrail::new(sinks, self.clock.clone());
        if trail.is_none() {
            let help = "check the limits of this process";
            problems.push(Problem::new("AuthBuilder::audit", "a sink cannot have a thread", help));
        }
        trail.map(Arc::new)
    }
}
