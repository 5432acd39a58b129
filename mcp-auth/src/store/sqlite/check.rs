//! Whether the file can be written now, for readiness: without writing, until something has failed.

use std::{
    error::Error as _,
    sync::atomic::{AtomicBool, Ordering},
};

use rusqlite::{Connection, ErrorCode};

use super::{
    SqliteStore,
    job::{Fault, NotCommitted},
};
use crate::store::StoreError;

/// What the last failure of a write says about the disk.
#[derive(Debug, Default)]
pub(super) struct Health {
    failing: AtomicBool,
}

impl Health {
    /// Looks at what became of a write.
    pub(super) fn learn(&self, error: Option<&StoreError>) {
        if error.is_some_and(is_of_the_disk) {
            self.failing.store(true, Ordering::Relaxed);
        }
    }
}

/// A lock that can be had says that no other process holds it for ever, a row that can be read says that the file is there.
/// Whether a disk takes more is only known by writing; that is tried once a write has failed.
pub(super) async fn check(store: &SqliteStore) -> Result<(), StoreError> {
    let health = &store.0.health;
    let failing = health.failing.load(Ordering::Relaxed);
    store.write(move |connection| if failing { write_and_take_back(connection) } else { Ok(()) }).await?;
    store.read(|connection| Ok(connection.prepare_cached("SELECT 1 FROM keys")?.exists([])?)).await?;
    if failing {
        health.failing.store(false, Ordering::Relaxed);
    }
    Ok(())
}

/// A row of a few pages that comes and goes within the transaction, so that nobody ever sees it; the commit writes the pages.
fn write_and_take_back(connection: &Connection) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO keys (id, purpose, sealed, created_at) VALUES ('check', '', zeroblob(16384), 0)",
        )?
        .execute([])?;
    connection.prepare_cached("DELETE FROM keys WHERE id = 'check'")?.execute([])?;
    Ok(())
}

fn is_of_the_disk(error: &StoreError) -> bool {
    let Some(source) = error.source() else { return false };
    if source.is::<NotCommitted>() {
        return true;
    }
    let code = source.downcast_ref().and_then(rusqlite::Error::sqlite_error_code);
    matches!(
        code,
        Some(
            ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
        )
    )
}
