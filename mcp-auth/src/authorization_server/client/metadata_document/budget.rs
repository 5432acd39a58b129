//! How much strangers can make us fetch: so often from one host, so often from all, so many at once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// From one host: at once, and each second after that. A service has one host for the documents of many clients.
const OF_HOST: (f64, f64) = (30.0, 2.0);
/// From all hosts together, of documents that are not known.
const OF_ALL: (f64, f64) = (100.0, 10.0);
/// Fetches at once of documents that are not known. Hosts that answer slowly take these places, and no others.
const UNKNOWN: usize = 24;
/// Fetches at once of documents of which there is a good copy: strangers do not keep them from being looked at again.
const KNOWN: usize = 8;
/// How long one waits for a place.
const WAIT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Budget {
    spent: Mutex<Spent>,
    unknown: Semaphore,
    known: Semaphore,
    wait: Duration,
}

#[derive(Debug, Default)]
struct Spent {
    all: Bucket,
    hosts: HashMap<String, Bucket>,
}

/// It fills with each fetch, and empties with time.
#[derive(Debug, Default, Clone, Copy)]
struct Bucket {
    level: f64,
    seen: Duration,
}

impl Bucket {
    fn settle(&mut self, per_second: f64, now: Duration) {
        let gone = now.saturating_sub(self.seen).as_secs_f64() * per_second;
        *self = Self { level: (self.level - gone).max(0.0), seen: now };
    }

    fn has_room(&mut self, (most, per_second): (f64, f64), now: Duration) -> bool {
        self.settle(per_second, now);
        self.level + 1.0 <= most
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            spent: Mutex::default(),
            unknown: Semaphore::new(UNKNOWN),
            known: Semaphore::new(KNOWN),
            wait: WAIT,
        }
    }
}

impl Budget {
    /// Whether one more document may be fetched from `host`. `known`: there is a good copy of it.
    pub(super) fn spend(&self, host: &str, known: bool, now: Duration) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let Spent { all, hosts } = &mut *spent;
        // Those that have emptied again say nothing. What is left is bounded by what may be spent on all together.
        if hosts.len() > 1000 {
            hosts.retain(|_, bucket| {
                bucket.settle(OF_HOST.1, now);
                bucket.level > 0.0
            });
        }
        let of_host = hosts.entry(host.to_owned()).or_default();
        if !of_host.has_room(OF_HOST, now) || !(known || all.has_room(OF_ALL, now)) {
            return false;
        }
        of_host.level += 1.0;
        if !known {
            all.level += 1.0;
        }
        true
    }

    /// A place among those that fetch, unless none comes free in time.
    pub(super) async fn place(&self, known: bool) -> Option<SemaphorePermit<'_>> {
        let places = if known { &self.known } else { &self.unknown };
        timeout(self.wait, places.acquire()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Budget, KNOWN, UNKNOWN};

    const START: Duration = Duration::from_secs(1);

    #[test]
    fn t20_f18_one_host_is_asked_so_often_and_no_more() {
        let budget = Budget::default();
        let spend =
            |host: &str, known, seconds| budget.spend(host, known, START + Duration::from_secs(seconds));
        assert_eq!((0..100).filter(|_| spend("a.example", false, 0)).count(), 30);
        assert!(spend("b.example", false, 0), "another host is not affected");
        assert!(!spend("a.example", true, 0), "nor is it spared because it is known");
        assert_eq!((0..100).filter(|_| spend("a.example", false, 5)).count(), 10, "2 a second come back");
        assert_eq!((0..100).filter(|_| spend("a.example", false, 1000)).count(), 30, "and no more than all");
    }

    /// Whoever has a domain has any number of names under it, and may let all of them lead to somebody else.
    #[test]
    fn t20_f18_all_hosts_together_are_asked_so_often_and_no_more() {
        let budget = Budget::default();
        let many = |of: &str, known, now: Duration| {
            (0..5000).filter(|n| budget.spend(&format!("{n}.{of}.example"), known, now)).count()
        };
        assert_eq!(many("a", false, START), 100);
        assert_eq!(many("a", false, START + Duration::from_secs(3)), 30);
        // Strangers do not keep good documents from being looked at again.
        assert_eq!(many("b", true, START), 5000);
        let later = START + Duration::from_secs(3600);
        assert!(budget.spend("one.example", false, later));
        assert!(budget.spent.lock().unwrap().hosts.len() < 1000, "what has emptied is forgotten");
    }

    #[tokio::test]
    async fn t20_slow_hosts_take_the_places_of_strangers_only() {
        let budget = Budget { wait: Duration::from_millis(20), ..Budget::default() };
        let mut taken = Vec::new();
        for _ in 0..UNKNOWN {
            taken.push(budget.place(false).await.unwrap());
        }
        assert!(budget.place(false).await.is_none(), "nobody waits for long");
        for _ in 0..KNOWN {
            taken.push(budget.place(true).await.unwrap());
        }
        assert!(budget.place(true).await.is_none());
        taken.clear();
        assert!(budget.place(false).await.is_some());
    }
}
