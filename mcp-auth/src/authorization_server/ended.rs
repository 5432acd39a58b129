//! Grants that have ended while their access tokens may still be about.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use crate::store::Timestamp;

/// The gate asks it for every request, cached tokens included: revocation is effective at once on this node.
#[derive(Debug, Default)]
pub(crate) struct EndedGrants {
    /// Grant id -> when its last access token is over.
    grants: RwLock<HashMap<String, Timestamp>>,
}

impl EndedGrants {
    /// No access token is about for longer: an hour at most, whatever is set now, and what verification allows for clocks
    /// that differ.
    const ABOUT: Duration = Duration::from_secs(61 * 60);

    /// From when on an end matters now.
    pub(crate) fn since(now: Timestamp) -> Timestamp {
        now.minus(Self::ABOUT)
    }

    /// The grant ended at `ended_at`.
    pub(crate) fn insert(&self, grant: impl Into<String>, ended_at: Timestamp, now: Timestamp) {
        let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
        // What is over needs no memory: the map holds as many as end within one lifetime.
        if grants.len() % 64 == 63 {
            grants.retain(|_, over| *over > now);
        }
        grants.insert(grant.into(), ended_at.plus(Self::ABOUT));
    }

    pub(crate) fn contains(&self, grant: &str) -> bool {
        self.grants.read().unwrap_or_else(PoisonError::into_inner).contains_key(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s78_a_grant_is_remembered_while_its_tokens_are_about_and_not_for_ever() {
        let ended = EndedGrants::default();
        let at = |seconds: u64| Timestamp::from_millis(seconds * 1000);
        for number in 0..1000 {
            ended.insert(format!("{number}"), at(0), at(0));
        }
        assert!(ended.contains("0") && ended.contains("999") && !ended.contains("1000"));
        for number in 1000..1064 {
            ended.insert(format!("{number}"), at(2 * 3600), at(2 * 3600));
        }
        assert!(!ended.contains("0") && ended.contains("1063"));
        assert!(ended.grants.read().unwrap().len() <= 64);
    }
}
