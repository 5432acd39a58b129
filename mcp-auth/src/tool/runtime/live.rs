//! A table that is exchanged while requests use it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::watch;

use crate::tool::table::Table;

/// The current table, and the news that there is another one.
pub(crate) struct Live {
    /// Requests hold the lock for as long as it takes to clone an `Arc`.
    current: RwLock<Arc<Table>>,
    /// One writer at a time, so that none undoes what another did.
    writing: Mutex<()>,
    changes: watch::Sender<()>,
}

impl Live {
    pub(crate) fn new(table: Table) -> Self {
        Self {
            current: RwLock::new(Arc::new(table)),
            writing: Mutex::new(()),
            changes: watch::Sender::new(()),
        }
    }

    /// The table as it is now; it stays what it is for whoever holds it.
    pub(crate) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the table for what `change` makes of it, and tells those who listen.
    pub(crate) fn change<E>(&self, change: impl FnOnce(&Table) -> Result<Table, E>) -> Result<(), E> {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let table = change(&self.table())?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
        drop(writing);
        self.changes.send_replace(());
        Ok(())
    }

    /// Changes from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}
