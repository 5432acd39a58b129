//! A copy of the file while it is used, and its log written back.
//!
//! Both have a connection of their own: a reader that takes long holds nobody up, and a log that is written back neither.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    open,
    place::{self, log_of},
    refusal::Refusal,
};
use crate::store::StoreError;

/// Copies `file` as it is at one moment to `to`.
pub(super) async fn backup(file: Option<PathBuf>, to: PathBuf) -> Result<(), StoreError> {
    let Some(file) = file else { return Err(StoreError::new("it is in memory: there is nothing to copy")) };
    blocking(move || copy(&file, &to)).await
}

/// Writes the log back into the file, as far as nobody reads it.
pub(super) async fn write_log_back(file: Option<PathBuf>) -> Result<(), StoreError> {
    let Some(file) = file else { return Ok(()) };
    blocking(move || {
        let connection = open::read_and_write(&file)?;
        Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    })
    .await
}

#[derive(Debug, thiserror::Error)]
enum NoCopy {
    #[error("{} is there already", .0.display())]
    There(PathBuf),
    #[error("{} is there: a backup is being made, or one was cut off; then remove it", .0.display())]
    Unfinished(PathBuf),
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Open(#[from] Refusal),
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
}

fn copy(file: &Path, to: &Path) -> Result<(), NoCopy> {
    if to.exists() || log_of(to).exists() {
        return Err(NoCopy::There(to.to_owned()));
    }
    let unfinished = with_ending(to, ".unfinished");
    place::create_private(&unfinished).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => NoCopy::Unfinished(unfinished.clone()),
        _ => NoCopy::File { path: unfinished.clone(), error },
    })?;
    let copied = fill(file, &unfinished).and_then(|()| {
        // Under its name only when it is whole.
        let named = fs::rename(&unfinished, to).and_then(|()| place::sync_folder(to));
        named.map_err(|error| NoCopy::File { path: to.to_owned(), error })
    });
    if copied.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    copied
}

/// One read transaction, so that the copy is of one moment; and no pages in which something deleted can be read.
fn fill(file: &Path, into: &Path) -> Result<(), NoCopy> {
    let name = into.to_str().ok_or_else(|| NoCopy::File {
        path: into.to_owned(),
        error: io::Error::new(io::ErrorKind::InvalidInput, "the name is not UTF-8"),
    })?;
    open::read_only(file)?.execute("VACUUM INTO ?", [name])?;
    // SQLite leaves it to the system when the copy reaches the disk.
    let synced = fs::OpenOptions::new().write(true).open(into).and_then(|copy| copy.sync_all());
    synced.map_err(|error| NoCopy::File { path: into.to_owned(), error })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(ending));
    name.into()
}

async fn blocking(work: impl FnOnce() -> Result<(), NoCopy> + Send + 'static) -> Result<(), StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(StoreError::new),
        Err(error) => Err(StoreError::new(error)),
    }
}
