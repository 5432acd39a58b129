//! Whether anything happens on a connection.
//!
//! hyper closes connections of HTTP/1 that idle, and keeps those of HTTP/2 for as long as the client likes, also where
//! an answer waits for a window that the client never opens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;

use crate::clock::Clock;

/// Requests that are worked on, and bytes that are written.
///
/// Whoever waits for the end of it looks now and then, and is not woken: that would poll the connection twice for each
/// request.
#[derive(Clone)]
pub(super) struct Activity(Arc<Inner>);

struct Inner {
    working: AtomicUsize,
    clock: Clock,
    /// When something has happened, in microseconds of `clock`.
    last: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Self {
        let (working, last) = (AtomicUsize::new(0), AtomicU64::new(0));
        Self(Arc::new(Inner { working, clock: Clock::system(), last }))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.clock.monotonic().as_micros()).unwrap_or(u64::MAX)
    }

    /// Something has happened.
    pub(super) fn touch(&self) {
        self.0.last.store(self.now(), Ordering::SeqCst);
    }

    /// A request is worked on until this is dropped.
    pub(super) fn work(&self) -> Work {
        self.0.working.fetch_add(1, Ordering::SeqCst);
        Work(self.clone())
    }

    /// Ready once nothing has happened for `time`.
    pub(super) async fn ceased(&self, time: Duration) {
        let mut rest = time;
        while !rest.is_zero() {
            sleep(rest).await;
            rest = self.rest(time);
        }
    }

    /// How long nothing more must happen until nothing has happened for `time`.
    fn rest(&self, time: Duration) -> Duration {
        if self.0.working.load(Ordering::SeqCst) > 0 {
            return time;
        }
        let idle = self.now().saturating_sub(self.0.last.load(Ordering::SeqCst));
        time.saturating_sub(Duration::from_micros(idle))
    }
}

/// One request that is worked on.
pub(super) struct Work(Activity);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.touch();
        self.0.0.working.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Duration = Duration::from_millis(60);

    async fn ends(activity: &Activity) -> Duration {
        let clock = Clock::system();
        activity.ceased(TIME).await;
        clock.monotonic()
    }

    #[tokio::test]
    async fn a_connection_idles_from_what_happened_last() {
        assert!(ends(&Activity::new()).await >= TIME, "from its beginning");
        let activity = Activity::new();
        let happens = async {
            for _ in 0..5 {
                sleep(TIME / 3).await;
                activity.touch();
            }
        };
        let (idle, ()) = tokio::join!(ends(&activity), happens);
        assert!(idle >= TIME + TIME / 3 * 5, "{idle:?}");
    }

    #[tokio::test]
    async fn a_request_that_is_worked_on_is_no_idling() {
        let activity = Activity::new();
        let work = activity.work();
        let works = async {
            sleep(TIME * 3).await;
            drop(work);
        };
        let (idle, ()) = tokio::join!(ends(&activity), works);
        assert!(idle >= TIME * 4, "{idle:?}");
    }
}
