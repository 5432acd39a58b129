//! One piece of work for a connection, and whoever waits for its answer.

use std::{
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::store::StoreError;

/// Why a piece of work failed. It is no [`Error`] itself, so that `?` takes every error.
#[derive(Debug)]
pub(super) struct Fault(Box<dyn Error + Send + Sync>);

impl Fault {
    pub(super) fn new(message: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(message.into())
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::new(fault.0)
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The transaction of a piece of work came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotCommitted(String);

/// A piece of work of whatever result.
pub(super) trait Job: Send {
    /// Runs it and keeps the result; false where it failed and its changes must go. It can be run again after a rollback.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Gives the result to whoever waits: its own, unless what became of its transaction is worse.
    fn answer(self: Box<Self>, fault: Option<&Fault>);
}

pub(super) type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// The job that does `work`, and its answer to come.
pub(super) fn job<T, F>(work: F) -> (Box<dyn Job>, Answer<T>)
where
    T: Send + 'static,
    F: Fn(&Connection) -> Result<T, Fault> + Send + 'static,
{
    let (sender, answer) = oneshot::channel();
    (Box::new(Pending { work, result: None, sender }), answer)
}

struct Pending<T, F> {
    work: F,
    result: Option<Result<T, Fault>>,
    sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Pending<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, Fault> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        self.result = None;
        // Nobody waits any more, so nothing need happen.
        if self.sender.is_closed() {
            return true;
        }
        // A panic is this job's own fault, and none of the others'. The connection is put right by the rollback.
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)))
            .unwrap_or_else(|_| Err(Fault::new("a verb of the store panicked")));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, fault: Option<&Fault>) {
        let answer = match (self.result, fault) {
            (Some(Err(own)), _) => Err(own.into()),
            (_, Some(fault)) => Err(StoreError::new(NotCommitted(fault.to_string()))),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => return,
        };
        // Whoever went away does not want it.
        drop(self.sender.send(answer));
    }
}

/// A statement without parameters or rows.
pub(super) fn execute(connection: &Connection, sql: &str) -> Result<(), Fault> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
