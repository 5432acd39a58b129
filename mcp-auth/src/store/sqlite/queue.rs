//! A bounded queue of jobs in front of a thread. What does not fit is refused at once: callers are told to
//! come again (503), and memory stays bounded.

use std::{
    io,
    sync::mpsc::{SyncSender, TrySendError},
    thread::JoinHandle,
};

use rusqlite::Connection;

use super::job::{Fault, Job, job};
use crate::store::StoreError;

/// How many jobs wait at most.
pub(super) const MOST_WAITING: usize = 1024;

/// The way to a thread that has a connection. It ends when this is dropped, after what waits has been done.
pub(super) struct Queue {
    sender: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Queue {
    pub(super) fn new(sender: SyncSender<Box<dyn Job>>, thread: JoinHandle<()>) -> Self {
        Self { sender: Some(sender), thread: Some(thread) }
    }

    /// Lets a thread do `work`, and waits for what comes of it.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (job, answer) = job(work);
        let Some(sender) = &self.sender else { return Err(StoreError::new("the store is closed")) };
        sender.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::new("too many requests wait for it"),
            TrySendError::Disconnected(_) => StoreError::new("its thread has ended"),
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::new("its thread has ended")))
    }
}

/// When the store is gone its file is closed: whoever opens it next meets no lock, and finds the log written back.
impl Drop for Queue {
    fn drop(&mut self) {
        self.sender = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the store has panicked");
        }
    }
}

/// A thread with a name that is seen in `top`.
pub(super) fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body)
}
