//! A sink behind a queue: nobody waits for it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use super::{AuditEvent, AuditSink};

/// Events that may wait: some seconds of a busy server, and a few megabytes.
pub(super) const MOST: usize = 8192;

/// How long the end of a process waits for what is left. A sink that is stuck must not keep it.
const LAST: Duration = Duration::from_secs(2);

/// One sink, its thread and what waits for it.
pub(super) struct Queue {
    events: Option<SyncSender<AuditEvent>>,
    lost: Arc<AtomicU64>,
    /// Closed when the thread has recorded everything.
    done: Mutex<Receiver<()>>,
}

impl Queue {
    /// `None` where no thread can be started.
    pub(super) fn start(sink: Arc<dyn AuditSink>) -> Option<Self> {
        let (events, waiting) = sync_channel(MOST);
        let (still_working, done) = sync_channel::<()>(0);
        let lost = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&lost);
        let work = move || {
            let _still_working = still_working;
            run(&*sink, &waiting, &count);
        };
        thread::Builder::new().name("mcp-auth-audit".to_owned()).spawn(work).ok()?;
        Some(Self { events: Some(events), lost, done: Mutex::new(done) })
    }

    /// Hands it over, or counts it.
    pub(super) fn put(&self, event: AuditEvent) {
        if self.events.as_ref().is_none_or(|events| events.try_send(event).is_err()) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn run(sink: &dyn AuditSink, events: &Receiver<AuditEvent>, lost: &AtomicU64) {
    for event in events {
        // A sink that panics loses one event, not those after it.
        let recorded = catch_unwind(AssertUnwindSafe(|| {
            let count = lost.swap(0, Ordering::Relaxed);
            if count > 0 {
                sink.lost(count);
            }
            sink.record(&event);
        }));
        if recorded.is_err() {
            tracing::error!(kind = event.kind.as_str(), "an audit sink panicked; the event is lost");
        }
    }
    let count = lost.swap(0, Ordering::Relaxed);
    if count > 0 {
        sink.lost(count);
    }
}

/// What waits is recorded before the process goes on ending.
impl Drop for Queue {
    fn drop(&mut self) {
        drop(self.events.take());
        // Nothing is ever sent: it ends with the thread, or with the time.
        let done = self.done.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ended_or_late = done.recv_timeout(LAST);
    }
}
