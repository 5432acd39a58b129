//! The one thread that writes. What waits is committed as one group, because a commit costs an fsync whatever is in it.
//!
//! One that fails takes nothing else with it: the group is taken back then, and done again with a savepoint for each job.
//! Nobody is answered before the commit.

use std::{
    io,
    sync::mpsc::{Receiver, sync_channel},
};

use rusqlite::Connection;

use super::{
    job::{Fault, Job, execute},
    queue::{MOST_WAITING, Queue, thread},
};
use crate::crash::crash_point;

/// How many jobs one commit takes at most: whoever comes next, or writes in another process, gets a turn.
const MOST_IN_GROUP: usize = 256;

/// Starts the thread. Its queue is the only way to `connection`.
pub(super) fn start(connection: Connection) -> io::Result<Queue> {
    let (sender, jobs) = sync_channel(MOST_WAITING);
    let thread = thread("mcp-auth-write", move || write(&connection, &jobs))?;
    Ok(Queue::new(sender, thread))
}

fn write(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(MOST_IN_GROUP - 1));
        let fault = commit(connection, &mut group).err();
        if let Some(fault) = &fault {
            tracing::error!(jobs = group.len(), %fault, "the store cannot commit");
        }
        for job in group {
            job.answer(fault.as_ref());
        }
    }
}

fn commit(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Fault> {
    // Only after a rollback that failed.
    roll_back(connection)?;
    let done = run_all(connection, group);
    if done.is_err() {
        roll_back(connection)?;
    }
    done
}

fn run_all(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Fault> {
    // The lock first: nobody reads what another process is about to change.
    execute(connection, "BEGIN IMMEDIATE")?;
    if !run_together(connection, group)? {
        execute(connection, "ROLLBACK")?;
        if group.len() == 1 {
            return Ok(());
        }
        execute(connection, "BEGIN IMMEDIATE")?;
        run_apart(connection, group)?;
    }
    crash_point!("store.committing");
    execute(connection, "COMMIT")?;
    crash_point!("store.committed");
    Ok(())
}

/// Almost always all of them succeed; then what a savepoint costs is spared: a copy of each page that its job changes.
/// False where one failed.
fn run_together(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<bool, Fault> {
    for job in group {
        if !job.run(connection) {
            return is_open(connection).map(|()| false);
        }
    }
    Ok(true)
}

fn run_apart(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Fault> {
    for job in group {
        execute(connection, "SAVEPOINT job")?;
        if !job.run(connection) {
            is_open(connection)?;
            execute(connection, "ROLLBACK TO job")?;
        }
        execute(connection, "RELEASE job")?;
    }
    Ok(())
}

/// Where the disk is full, SQLite has rolled back everything by itself, the jobs before the failed one too.
fn is_open(connection: &Connection) -> Result<(), Fault> {
    if connection.is_autocommit() {
        return Err(Fault::new("the transaction was lost with another request's"));
    }
    Ok(())
}

fn roll_back(connection: &Connection) -> Result<(), Fault> {
    if connection.is_autocommit() { Ok(()) } else { execute(connection, "ROLLBACK") }
}
