//! Work that goes on when whoever asked for it has gone. A server that stops lets it end.

use std::{
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::FutureExt as _;
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::task::TaskTracker;

use super::OAuthError;

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

    /// Does `work` to its end, whether or not somebody still waits for it (C50): here, and in a task of its own once whoever
    /// asked goes away. A panic is an error of this work alone.
    pub(super) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, OAuthError>> + Send + 'static,
    ) -> Result<T, OAuthError> {
        let work = self.0.track_future(AssertUnwindSafe(work).catch_unwind());
        Unfinished(Some(Box::pin(work))).await.unwrap_or_else(|_| {
            tracing::error!("a grant could not be written");
            Err(OAuthError::unavailable())
        })
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

/// Work that is not left undone.
struct Unfinished<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send> Future for Unfinished<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            self.0 = None;
        }
        done
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Unfinished<F> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            drop(runtime.spawn(work));
        }
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

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn c50_c46_who_goes_away_leaves_work_that_ends_and_is_waited_for() {
        let tasks = Tasks::default();
        let (go, gone) = oneshot::channel::<()>();
        let done = Arc::new(());
        let held = Arc::clone(&done);
        let mut work = Box::pin(tasks.to_the_end(async move {
            gone.await.unwrap();
            drop(held);
            Ok(())
        }));
        assert!((&mut work).now_or_never().is_none());
        drop(work);
        assert!(tasks.finish().now_or_never().is_none(), "it is on its way");
        go.send(()).unwrap();
        tasks.finish().await;
        assert_eq!(Arc::strong_count(&done), 1);
    }

    #[tokio::test]
    async fn c46_what_is_done_here_is_waited_for_too() {
        let tasks = Arc::new(Tasks::default());
        let (go, gone) = oneshot::channel::<()>();
        let here = Arc::clone(&tasks);
        let work = tokio::spawn(async move {
            here.to_the_end(async move {
                gone.await.unwrap();
                Ok(7)
            })
            .await
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(tasks.finish().now_or_never().is_none());
        go.send(()).unwrap();
        tasks.finish().await;
        assert_eq!(work.await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn c49_a_panic_is_an_error_of_this_work_alone() {
        let tasks = Tasks::default();
        let work = tasks.to_the_end::<()>(async { panic!("as it was asked to") });
        assert_eq!(work.await.unwrap_err().status, http::StatusCode::SERVICE_UNAVAILABLE);
        tasks.finish().await;
    }
}
