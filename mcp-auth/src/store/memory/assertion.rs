//! Client assertions that have been used.

use super::MemoryStore;
use crate::store::{AssertionRecord, AssertionStore, AssertionUse, StoreFuture, Timestamp};

impl AssertionStore for MemoryStore {
    fn use_assertion(
        &self,
        assertion: AssertionRecord,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'_, AssertionUse> {
        self.run(move |records| {
            let key = (assertion.client_id, assertion.jti);
            if records.assertions.contains_key(&key) {
                return Ok(AssertionUse::Again);
            }
            let live =
                records.assertions.iter().filter(|((client, _), until)| *client == key.0 && **until > now);
            if live.count() >= most {
                return Ok(AssertionUse::Full);
            }
            records.assertions.insert(key, assertion.expires_at);
            Ok(AssertionUse::First)
        })
    }
}
