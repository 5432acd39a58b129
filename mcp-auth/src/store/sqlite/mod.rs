//! The store in one SQLite file: the default, for one machine.
//!
//! One thread writes and commits what waits as one group, a few read. A verb's file has the name of its trait's.

mod assertion;
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
};

use rusqlite::Connection;

use super::{Store, StoreFuture, Timestamp};
use crate::ConfigError;
use job::Fault;
use queue::Queue;
use refusal::Refusal;

/// A store in one SQLite file.
///
/// What it has answered is on the disk. Several processes of one machine can use the same file; it has to be on a local
/// file system. Dropping it waits until the file is closed.
pub struct SqliteStore {
    path: PathBuf,
    /// Before the writer, so that it is the writer who closes the file, and writes the log back.
    readers: Option<Queue>,
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
            let (writer, readers) = open::open(path)?;
            Ok(Self {
                path: path.to_owned(),
                readers: Some(reader::start(readers).map_err(Refusal::Threads)?),
                writer: writer::start(writer).map_err(Refusal::Threads)?,
            })
        };
        start().map_err(|refusal: Refusal| refusal.at(path))
    }

    /// A store that ends with this value, for tests.
    pub fn in_memory() -> Result<Self, ConfigError> {
        let path = PathBuf::from(":memory:");
        let start = || writer::start(open::in_memory()?).map_err(Refusal::Threads);
        let writer = start().map_err(|refusal: Refusal| refusal.at(&path))?;
        Ok(Self { path, readers: None, writer })
    }

    /// Does `work` in a transaction.
    fn write<T, F>(&self, work: F) -> StoreFuture<'_, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        Box::pin(self.writer.run(work))
    }

    /// Does `work`, which only looks.
    fn read<T, F>(&self, work: F) -> StoreFuture<'_, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        Box::pin(self.readers.as_ref().unwrap_or(&self.writer).run(work))
    }
}

impl Store for SqliteStore {
    /// Beside the file, with `.key` behind its name.
    fn key_file(&self) -> Option<PathBuf> {
        // Without readers it is in memory.
        self.readers.as_ref()?;
        let mut name = self.path.as_os_str().to_owned();
        name.push(".key");
        Some(name.into())
    }

    fn expire(&self, now: Timestamp, most: usize) -> StoreFuture<'_, usize> {
        self.write(move |connection| expire::expire(connection, now, most))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}
