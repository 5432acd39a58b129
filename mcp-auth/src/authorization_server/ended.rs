//! Grants that have ended while their access tokens may still be about.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use crate::store::Timestamp;

/// The gate asks it for every request, cached tokens included: revocation is effective at once on this node.
#[derive(Debug, Default)]
pub(crate) struct EndedGrants {
    /// Grant id -> when its last access token is over.
    grants: RwLock<HashMap<String, Timestamp>>,
}

impl EndedGrants {
    /// The grant has ended; its access tokens are over at `over` anyway.
    pub(crate) fn insert(&self, grant: impl Into<String>, over: Timestamp, now: Timestamp) {
        let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
        // What is over needs no memory: the map holds as many as end within one lifetime.
        if grants.len() % 64 == 63 {
            grants.retain(|_, over| *over > now);
        }
        grants.insert(grant.into(), over);
    }

    pub(crate) fn contains(&self, grant: &str) -> bool {
        self.grants.read().unwrap_or_else(PoisonError::into_inner).contains_key(grant)
    }
}
