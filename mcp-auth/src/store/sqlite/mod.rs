//! The store in one SQLite file: the default, for one machine.
//!
//! One thread writes and commits what waits as one group; whoever reads does it themselves. A verb's file has the name of its trait's.

mod assertion;
mod backup;
mod check;
mod client;
mod code;
mod consent;
mod expire;
mod grant;
mod job;
mod key;
mod open;
mod place;
mod queue;
mod reader;
mod refresh_token;
mod refusal;
mod schema;
mod session;
mod sign_in;
mod upstream_token;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;
use tracing::Instrument as _;

use super::{Store, StoreError, StoreFuture, Timestamp};
use crate::{ConfigError, clock::Stopwatch, telemetry};
use check::Health;
use job::Fault;
use queue::Queue;
use reader::Readers;
use refusal::Refusal;

/// A store in one SQLite file.
///
/// What it has answered is on the disk. Several processes of one machine can use the same file; it has to be on a local
/// file system. A clone is another handle to the same: dropping the last waits until the file is closed.
#[derive(Clone)]
pub struct SqliteStore(Arc<Opened>);

/// The file, open.
struct Opened {
    path: PathBuf,
    /// The same in full; `None` where it is in memory.
    file: Option<PathBuf>,
    health: Health,
    /// Before the writer, so that it is the writer who closes the file, and writes the log back.
    readers: Option<Readers>,
    writer: Queue,
}

impl SqliteStore {
    /// Opens the store in the file `path`. Where there is none, it is made, readable for this user alone; its folder must
    /// be there.
    ///
    /// ```
    /// use mcp_auth::store::SqliteStore;
    ///
    /// # let folder = std::env::temp_dir().join(format!("mcp-auth-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let store = SqliteStore::open(folder.join("auth.db"))?;
    /// # drop(store);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// It refuses a file that is damaged, that belongs to another program or that a later version wrote, and leaves it as
    /// it is. An empty file is a damaged one: a store that begins anew by itself would have lost everybody's sign-in.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let start = || {
            let (file, writer, readers) = open::open(path)?;
            Ok(Self(Arc::new(Opened {
                path: path.to_owned(),
                file: Some(file),
                health: Health::default(),
                readers: Some(Readers::new(readers)),
                writer: writer::start(writer).map_err(Refusal::Threads)?,
            })))
        };
        start().map_err(|refusal: Refusal| refusal.at(path))
    }

    /// A store that ends with this value, for tests.
    pub fn in_memory() -> Result<Self, ConfigError> {
        let path = PathBuf::from(":memory:");
        let start = || writer::start(open::in_memory()?).map_err(Refusal::Threads);
        let writer = start().map_err(|refusal: Refusal| refusal.at(&path))?;
        Ok(Self(Arc::new(Opened { path, file: None, health: Health::default(), readers: None, writer })))
    }

    /// Copies the store, as it is at one moment, into the new file `to`, readable for this user alone. Requests go on
    /// meanwhile. The copy is whole and on the disk when this returns; before, there is no file of that name.
    ///
    /// It holds secrets as the store does: as digests, or sealed. Keep it apart from the sealing key, which is not in it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where there is a file of that name already, the store is in memory, or the disk does not take it.
    pub async fn backup(&self, to: impl Into<PathBuf>) -> Result<(), StoreError> {
        backup::backup(self.0.file.clone(), to.into()).await
    }

    /// Does `work` in a transaction.
    fn write<T, F>(&self, work: F) -> StoreFuture<'_, T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        Box::pin(async move {
            let (begun, waiting) = (Stopwatch::start(), telemetry::waits_for_the_store());
            let done =
                self.0.writer.run(work).instrument(tracing::debug_span!("store", operation = "write")).await;
            drop(waiting);
            telemetry::stored("write", begun.elapsed(), done.is_ok());
            self.0.health.learn(done.as_ref().err());
            done
        })
    }

    /// Does `work`, which only looks.
    fn read<T, F>(&self, work: F) -> StoreFuture<'_, T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        Box::pin(async move {
            let begun = Stopwatch::start();
            let span = tracing::debug_span!("store", operation = "read");
            let done = match &self.0.readers {
                Some(readers) => readers.run(work).instrument(span).await,
                None => self.0.writer.run(work).instrument(span).await,
            };
            telemetry::stored("read", begun.elapsed(), done.is_ok());
            done
        })
    }
}

impl Store for SqliteStore {
    /// Beside the file, with `.key` behind its name.
    fn key_file(&self) -> Option<PathBuf> {
        self.0.file.as_ref()?;
        let mut name = self.0.path.as_os_str().to_owned();
        name.push(".key");
        Some(name.into())
    }

    fn expire(&self, now: Timestamp, most: usize) -> StoreFuture<'_, usize> {
        self.write(move |connection| expire::expire(connection, now, most))
    }

    fn check(&self) -> StoreFuture<'_, ()> {
        Box::pin(check::check(self))
    }

    fn flush(&self) -> StoreFuture<'_, ()> {
        Box::pin(backup::write_log_back(self.0.file.clone()))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}
