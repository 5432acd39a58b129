//! Grants.

use std::collections::hash_map::Entry;

use super::{MemoryStore, Records, taken};
use crate::store::{GrantRecord, GrantStore, StoreFuture, Timestamp};

impl GrantStore for MemoryStore {
    fn grant<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<GrantRecord>> {
        self.run(move |records| Ok(records.grants.get(id).cloned()))
    }

    fn insert_grant(&self, grant: GrantRecord) -> StoreFuture<'_, ()> {
        self.run(move |records| match records.grants.entry(grant.id.clone()) {
            Entry::Occupied(_) => Err(taken("grant's id")),
            Entry::Vacant(free) => {
                free.insert(grant);
                Ok(())
            }
        })
    }

    fn end_grant<'a>(&'a self, id: &'a str, now: Timestamp) -> StoreFuture<'a, bool> {
        self.run(move |records| Ok(end(records, id, now)))
    }

    fn grants_ended_since(&self, since: Timestamp) -> StoreFuture<'_, Vec<(String, Timestamp)>> {
        self.run(move |records| {
            let ended = records.grants.values().filter_map(|grant| Some((grant.id.clone(), grant.ended_at?)));
            Ok(ended.filter(|(_, ended_at)| *ended_at >= since).collect())
        })
    }
}

/// Marks one that has run out too: a clock that goes back cannot revive it.
pub(super) fn end(records: &mut Records, id: &str, now: Timestamp) -> bool {
    let Some(grant) = records.grants.get_mut(id).filter(|grant| grant.ended_at.is_none()) else {
        return false;
    };
    grant.ended_at = Some(now);
    grant.expires_at > now
}
