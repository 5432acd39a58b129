//! Grants.

use std::collections::hash_map::Entry;

use super::{MemoryStore, Records, taken};
use crate::store::{GrantFilter, GrantRecord, GrantStore, Person, StoreFuture, Timestamp};

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

    fn grants<'a>(
        &'a self,
        filter: &'a GrantFilter,
        after: Option<&'a str>,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<GrantRecord>> {
        self.run(move |records| {
            let lives = |grant: &&GrantRecord| grant.ended_at.is_none() && grant.expires_at > now;
            let fits = |grant: &&GrantRecord| is_among(filter, &grant.person, &grant.client_id);
            let later = |grant: &&GrantRecord| after.is_none_or(|after| grant.id.as_str() > after);
            let mut grants: Vec<_> =
                records.grants.values().filter(lives).filter(fits).filter(later).cloned().collect();
            grants.sort_by(|one, other| one.id.cmp(&other.id));
            grants.truncate(most);
            Ok(grants)
        })
    }

    fn end_grants<'a>(
        &'a self,
        filter: &'a GrantFilter,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<GrantRecord>> {
        self.run(move |records| {
            records.codes.retain(|_, code| {
                code.redeemed.is_some() || !is_among(filter, &code.person, &code.client_id)
            });
            let fits = |grant: &&mut GrantRecord| {
                grant.ended_at.is_none() && is_among(filter, &grant.person, &grant.client_id)
            };
            let ended = records.grants.values_mut().filter(fits).take(most).map(|grant| {
                grant.ended_at = Some(now);
                grant.clone()
            });
            Ok(ended.collect())
        })
    }

    fn grants_ended_since(&self, since: Timestamp) -> StoreFuture<'_, Vec<(String, Timestamp)>> {
        self.run(move |records| {
            let ended = records.grants.values().filter_map(|grant| Some((grant.id.clone(), grant.ended_at?)));
            Ok(ended.filter(|(_, ended_at)| *ended_at >= since).collect())
        })
    }
}

fn is_among(filter: &GrantFilter, person: &Person, client_id: &str) -> bool {
    filter.person.as_ref().is_none_or(|wanted| wanted == person)
        && filter.client_id.as_ref().is_none_or(|wanted| wanted == client_id)
}

/// Marks one that has run out too: a clock that goes back cannot revive it.
pub(super) fn end(records: &mut Records, id: &str, now: Timestamp) -> bool {
    let Some(grant) = records.grants.get_mut(id).filter(|grant| grant.ended_at.is_none()) else {
        return false;
    };
    grant.ended_at = Some(now);
    grant.expires_at > now
}
