//! Work that goes on when whoever asked for it has gone. A server that stops lets it end.

use std::{fmt, future::Future};

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// The work of this kind that is on its way.
#[derive(Default)]
pub(crate) struct Tasks(TaskTracker);

impl Tasks {
    /// Does `work` to its end.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.spawn(work)
    }

    /// Waits until all of it has ended. What can wait is not begun meanwhile; whatever else must be done is.
    pub(super) async fn finish(&self) {
        let finishing = Finishing(self);
        self.0.close();
        self.0.wait().await;
        drop(finishing);
    }

    /// Whether a server waits for the end.
    pub(super) fn are_finishing(&self) -> bool {
        self.0.is_closed()
    }
}

/// Other servers may go on with the same.
struct Finishing<'a>(&'a Tasks);

impl Drop for Finishing<'_> {
    fn drop(&mut self) {
        self.0.0.reopen();
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("count", &self.0.len()).finish()
    }
}
