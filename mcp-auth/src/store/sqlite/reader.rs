//! The threads that read, each with a connection of its own. They wait for no writer and see what is committed.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, sync_channel},
    },
};

use rusqlite::Connection;

use super::{
    job::{Job, execute},
    queue::{MOST_WAITING, Queue, thread},
};

/// How many read at once.
pub(super) const READERS: usize = 2;

/// Starts a thread for each connection.
pub(super) fn start(connections: Vec<Connection>) -> io::Result<Queue> {
    let (sender, jobs) = sync_channel(MOST_WAITING);
    let jobs = Arc::new(Mutex::new(jobs));
    let threads = connections.into_iter().map(|connection| {
        let jobs = Arc::clone(&jobs);
        thread("mcp-auth-read", move || {
            while let Some(job) = next(&jobs) {
                read(&connection, job);
            }
        })
    });
    let threads = threads.collect::<Result<_, _>>()?;
    Ok(Queue::new(sender, threads))
}

/// Whoever holds the lock waits for the next job, and lets go of it before the work begins.
fn next(jobs: &Mutex<Receiver<Box<dyn Job>>>) -> Option<Box<dyn Job>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Within a transaction, so that all that a job reads is of one moment.
fn read(connection: &Connection, mut job: Box<dyn Job>) {
    let done = execute(connection, "BEGIN").and_then(|()| {
        job.run(connection);
        execute(connection, "COMMIT")
    });
    if !connection.is_autocommit() {
        drop(execute(connection, "ROLLBACK"));
    }
    job.answer(done.err().as_ref());
}
