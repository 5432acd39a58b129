//! Opening the file: refused loudly unless it is ours and whole. Nothing is ever put in place of what cannot be read.

use std::{
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    place,
    reader::READERS,
    refusal::Refusal,
    schema::{self, APPLICATION_ID},
};

/// How many statements a connection keeps prepared: more than there are.
const STATEMENTS: usize = 96;

/// The size of a page, which is SQLite's own choice unless it is told another.
const PAGE: u64 = 4096;

/// Of the log, in bytes.
const LOG: i64 = 16 * 1024 * 1024;

/// What the writer keeps of the file, in KiB, at most.
const CACHE: i64 = 16 * 1024;

/// The full name of one file, and the connections to it: one that writes, and some that read.
pub(super) fn open(path: &Path) -> Result<(PathBuf, Connection, Vec<Connection>), Refusal> {
    let (path, new) = place::find_or_create(path)?;
    let writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if !new {
        check(&writer, &path)?;
    }
    schema::migrate(&writer)?;
    keep_a_log(&writer)?;
    // Committed is on the disk: nobody is answered before that.
    writer.pragma_update(None, "synchronous", "FULL")?;
    // The log is written back every 16 MiB, which is rarer than SQLite does it by itself: a page that changes all the time
    // is written once for many changes. After a burst it is cut again.
    writer.pragma_update(None, "wal_autocheckpoint", LOG / PAGE.cast_signed())?;
    writer.pragma_update(None, "journal_size_limit", LOG)?;
    // Most writes come at random places of the tables that are found by a digest.
    writer.pragma_update(None, "cache_size", -CACHE)?;
    let readers = (0..READERS).map(|_| read_only(&path)).collect::<Result<_, _>>()?;
    Ok((path, writer, readers))
}

/// One more connection to a file of ours that is open.
pub(super) fn read_only(path: &Path) -> Result<Connection, Refusal> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// The same, to write.
pub(super) fn read_and_write(path: &Path) -> Result<Connection, Refusal> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// A store without a file.
pub(super) fn in_memory() -> Result<Connection, Refusal> {
    let connection = Connection::open_in_memory()?;
    prepare(&connection)?;
    schema::migrate(&connection)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, Refusal> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), Refusal> {
    // Means something for a file that is made now.
    connection.pragma_update(None, "page_size", PAGE.cast_signed())?;
    connection.busy_handler(Some(look_again))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    // What the file says about itself is trusted no more than it must be.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // What is deleted does not stay readable in pages that are written anyway.
    connection.pragma_update_and_check(None, "secure_delete", "FAST", |_| Ok(()))?;
    Ok(())
}

/// Somebody who waits for another process looks every few milliseconds, for two seconds. SQLite's own waiting sleeps for
/// longer and longer, and starves beside a process that writes much.
fn look_again(times: i32) -> bool {
    sleep(Duration::from_millis(if times % 2 == 0 { 2 } else { 3 }));
    times < 800
}

/// Before anything is written.
fn check(connection: &Connection, path: &Path) -> Result<(), Refusal> {
    // Asked first: a log that is there may hold the rest of the last page, and whoever reads makes one.
    let cut = !place::log_of(path).exists() && place::length(path)? % PAGE != 0;
    if schema::application_id(connection)? != APPLICATION_ID {
        return Err(Refusal::Foreign);
    }
    if cut {
        return Err(Refusal::Damaged("its last page is not whole".to_owned()));
    }
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if found != "ok" {
        return Err(Refusal::Damaged(found));
    }
    // SQLite opens a file that it may not write for reading, and says nothing.
    if connection.is_readonly("main")? { Err(Refusal::ReadOnly) } else { Ok(()) }
}

/// Readers and the writer do not wait for each other then.
fn keep_a_log(connection: &Connection) -> Result<(), Refusal> {
    let mut times = 0;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(Refusal::NoLog(mode)),
            // Another process does the same now, and here SQLite does not always wait.
            Err(error) if is_busy(&error) && look_again(times) => times += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}
