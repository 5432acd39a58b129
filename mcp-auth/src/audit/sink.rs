//! Where events go.

use std::{fmt, sync::Arc};

use super::AuditEvent;

/// Takes audit events: writes them to a file, a table, a queue.
///
/// ```
/// use mcp_auth::{AuditEvent, AuditSink};
///
/// struct Lines(std::sync::Mutex<std::fs::File>);
///
/// impl AuditSink for Lines {
///     fn record(&self, event: &AuditEvent) {
///         use std::io::Write as _;
///         let Ok(line) = serde_json::to_string(event) else { return };
///         let mut file = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
///         if let Err(error) = writeln!(file, "{line}") {
///             tracing::error!(%error, "an audit event is lost");
///         }
///     }
/// }
/// ```
///
/// Given to [`AuthBuilder::audit`](crate::AuthBuilder::audit), it runs on a thread of its own behind a queue of 8192
/// events: a sink that is slow or stuck keeps no request waiting, and what does not fit is counted and told to
/// [`lost`](Self::lost). Given to [`AuthBuilder::audit_first`](crate::AuthBuilder::audit_first), it is called before the
/// request is answered: nothing is lost, and a sink that is slow makes the server slow.
pub trait AuditSink: Send + Sync + 'static {
    /// One event, in the order in which they happened here. It may block. Events of other processes on the same store
    /// go to their own sinks.
    fn record(&self, event: &AuditEvent);

    /// So many events did not fit into the queue since the last one that did.
    fn lost(&self, count: u64) {
        tracing::error!(target: "mcp_auth::audit", count, "audit events are lost: the sink is too slow");
    }
}

impl<T: AuditSink + ?Sized> AuditSink for Arc<T> {
    fn record(&self, event: &AuditEvent) {
        (**self).record(event);
    }

    fn lost(&self, count: u64) {
        (**self).lost(count);
    }
}

/// The sinks of the settings, each with when it is called.
#[derive(Clone, Default)]
pub(crate) struct Sinks {
    pub(super) queued: Vec<Arc<dyn AuditSink>>,
    pub(super) first: Vec<Arc<dyn AuditSink>>,
}

impl Sinks {
    pub(crate) fn queue(&mut self, sink: impl AuditSink) {
        self.queued.push(Arc::new(sink));
    }

    pub(crate) fn first(&mut self, sink: impl AuditSink) {
        self.first.push(Arc::new(sink));
    }

    /// Takes those of other settings too.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn extend(&mut self, other: Self) {
        self.queued.extend(other.queued);
        self.first.extend(other.first);
    }
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sinks({} queued, {} first)", self.queued.len(), self.first.len())
    }
}
