//! Whether anything happens on a connection.
//!
//! hyper closes connections of HTTP/1 that idle, and keeps those of HTTP/2 for as long as the client likes, also where
//! an answer waits for a window that the client never opens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};

/// Requests that are worked on, and bytes that are written.
#[derive(Clone, Default)]
pub(super) struct Activity(Arc<Inner>);

#[derive(Default)]
struct Inner {
    working: AtomicUsize,
    changed: Notify,
}

impl Activity {
    /// Something has happened.
    pub(super) fn touch(&self) {
        self.0.changed.notify_one();
    }

    /// A request is worked on until this is dropped.
    pub(super) fn work(&self) -> Work {
        self.0.working.fetch_add(1, Ordering::SeqCst);
        self.touch();
        Work(self.clone())
    }

    /// Ready once nothing has happened for `time`.
    pub(super) async fn ceased(&self, time: Duration) {
        loop {
            let idle = self.0.working.load(Ordering::SeqCst) == 0;
            tokio::select! {
                () = self.0.changed.notified() => {}
                () = sleep(time), if idle => return,
            }
        }
    }
}

/// One request that is worked on.
pub(super) struct Work(Activity);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.0.working.fetch_sub(1, Ordering::SeqCst);
        self.0.touch();
    }
}
