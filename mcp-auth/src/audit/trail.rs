//! The way of an event to all sinks.

use std::{fmt, sync::Arc, time::UNIX_EPOCH};

use super::{AuditEvent, AuditLog, AuditSink, Sinks, queue::Queue};
use crate::clock::Clock;

/// All sinks of one server.
pub(crate) struct AuditTrail {
    queued: Vec<Queue>,
    first: Vec<Arc<dyn AuditSink>>,
    /// There is no sink but the log.
    log: bool,
    clock: Clock,
}

impl AuditTrail {
    /// `None` where a sink cannot have its thread.
    pub(crate) fn new(sinks: Sinks, clock: Clock) -> Option<Self> {
        let log = sinks.queued.is_empty() && sinks.first.is_empty();
        let queued = sinks.queued.into_iter().map(Queue::start).collect::<Option<_>>()?;
        Some(Self { queued, first: sinks.first, log, clock })
    }

    /// To the log only.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn log(clock: Clock) -> Self {
        Self { queued: Vec::new(), first: Vec::new(), log: true, clock }
    }

    /// Whether anybody reads it. Where a decision is taken often, the event is made only then.
    pub(crate) fn is_read(&self) -> bool {
        !self.log || AuditLog::is_read()
    }

    /// Stamps the event and hands it over.
    pub(crate) fn record(&self, mut event: AuditEvent) {
        event.time = UNIX_EPOCH + self.clock.unix();
        if self.log {
            AuditLog.record(&event);
            return;
        }
        for sink in &self.first {
            sink.record(&event);
        }
        for queue in &self.queued {
            queue.put(event.clone());
        }
    }
}

impl fmt::Debug for AuditTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditTrail({} queued, {} first)", self.queued.len(), self.first.len())
    }
}
