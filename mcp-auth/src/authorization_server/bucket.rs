//! How often something may happen: for everybody together, and for each who can be told apart.

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;

/// So many are told apart. Who is forgotten begins anew; that is why there is a limit for everybody, too.
const MOST: usize = 10_000;

/// Places, which become free again by and by.
#[derive(Debug, Default)]
pub(super) struct Bucket(Mutex<Level>);

#[derive(Debug, Default)]
struct Level {
    /// Taken, and not free again.
    taken: f64,
    /// When it was looked at, on the monotonic clock.
    seen: Duration,
}

impl Bucket {
    /// Takes one of `per_minute` places, or says when there is one.
    pub(super) fn take(&self, per_minute: u32, now: Duration) -> Result<(), Duration> {
        let most = f64::from(per_minute);
        let mut level = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let freed = now.saturating_sub(level.seen).as_secs_f64() * most / 60.0;
        level.taken = (level.taken - freed).max(0.0);
        level.seen = now;
        if level.taken + 1.0 > most {
            return Err(Duration::from_secs_f64((level.taken + 1.0 - most) * 60.0 / most));
        }
        level.taken += 1.0;
        Ok(())
    }

    pub(super) fn give_back(&self) {
        let mut level = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        level.taken = (level.taken - 1.0).max(0.0);
    }
}

/// A bucket for each.
pub(super) struct Shares<K>(Cache<K, Arc<Bucket>>);

impl<K: Eq + Hash + Clone> Shares<K> {
    pub(super) fn of(&self, key: &K) -> Arc<Bucket> {
        let made = self.0.get_or_insert_with(key, || Ok::<_, std::convert::Infallible>(Arc::default()));
        made.unwrap_or_default()
    }
}

impl<K: Eq + Hash> Default for Shares<K> {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl<K> fmt::Debug for Shares<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shares").finish_non_exhaustive()
    }
}
