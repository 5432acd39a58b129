//! Connections that read, on the thread of whoever asks: what the system has in memory is read in less time than a message
//! to another thread takes. They wait for no writer and see what is committed.
//!
//! A disk that is slow must not hold up the threads on which everything else runs. After a read that took long, reads are
//! done on threads that may wait: for a moment, because it may have been the processor that was busy, and for longer where
//! the next one takes long too.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::job::{Fault, execute};
use crate::{clock::Clock, store::StoreError};

/// How many read at once.
pub(super) const READERS: usize = 4;

/// A read that takes longer is one of a slow disk.
const LONG: Duration = Duration::from_millis(20);
/// For how long the disk is taken for slow then: at first, and at most.
const APART: Duration = Duration::from_millis(200);
const MOST_APART: Duration = Duration::from_secs(2);

pub(super) struct Readers(Arc<Pool>);

struct Pool {
    idle: Mutex<Vec<Connection>>,
    /// As many as there are connections.
    places: Arc<Semaphore>,
    clock: Clock,
    /// Milliseconds of the monotonic clock.
    slow_until: AtomicU64,
    /// And for how long it was taken for that.
    apart: AtomicU64,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self(Arc::new(Pool {
            places: Arc::new(Semaphore::new(connections.len())),
            idle: Mutex::new(connections),
            clock: Clock::system(),
            slow_until: AtomicU64::new(0),
            apart: AtomicU64::new(0),
        }))
    }

    /// Does `work`, which only looks.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let pool = &self.0;
        let place = Arc::clone(&pool.places).acquire_owned().await.map_err(StoreError::new)?;
        if !pool.is_slow() {
            return pool.read(work);
        }
        let pool = Arc::clone(pool);
        let reading = spawn_blocking(move || {
            let _place = place;
            pool.read(work)
        });
        reading.await.unwrap_or_else(|error| Err(StoreError::new(error)))
    }
}

impl Pool {
    /// Whoever has a place finds a connection.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(connection) = connection else { return Err(StoreError::new("too many read at once")) };
        let begin = self.clock.monotonic();
        let result = within_transaction(&connection, work);
        let end = self.clock.monotonic();
        if end.saturating_sub(begin) > LONG {
            self.took_long(millis(begin), millis(end));
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(result?)
    }

    /// A disk that is slow is found to be so again and again, soon after it was believed to be fast.
    fn took_long(&self, begin: u64, end: u64) {
        let (until, apart) = (self.slow_until.load(Ordering::Relaxed), self.apart.load(Ordering::Relaxed));
        let apart = if until == 0 || begin > until.saturating_add(millis(MOST_APART)) {
            millis(APART)
        } else if begin >= until {
            apart.saturating_mul(4).min(millis(MOST_APART))
        } else {
            apart
        };
        self.apart.store(apart, Ordering::Relaxed);
        self.slow_until.store(end.saturating_add(apart), Ordering::Relaxed);
    }

    fn is_slow(&self) -> bool {
        let until = self.slow_until.load(Ordering::Relaxed);
        until != 0 && millis(self.clock.monotonic()) < until
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// All that is read is of one moment. A panic is this reader's own, and the connection goes on.
fn within_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    execute(connection, "BEGIN")?;
    let result = catch_unwind(AssertUnwindSafe(|| work(connection)))
        .unwrap_or_else(|_| Err(Fault::new("a verb of the store panicked")));
    let ended = execute(connection, "COMMIT");
    if !connection.is_autocommit() {
        drop(execute(connection, "ROLLBACK"));
    }
    let value = result?;
    ended?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c24_a_disk_that_is_slow_again_is_avoided_for_longer() {
        let pool = Readers::new(Vec::new()).0;
        let apart = |begin, end| {
            pool.took_long(begin, end);
            pool.slow_until.load(Ordering::Relaxed) - end
        };
        assert_eq!(apart(1000, 1030), 200, "the first time");
        assert_eq!(apart(1100, 1130), 200, "while nobody else waits for it");
        assert_eq!(apart(1400, 1430), 800, "again");
        assert_eq!(apart(2300, 2330), 2000, "and again, for two seconds at most");
        assert_eq!(apart(4500, 4530), 2000);
        assert_eq!(apart(9000, 9030), 200, "long after it was fast");
    }
}
