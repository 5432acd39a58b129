//! Sign-ins on their way.

use super::{MemoryStore, taken};
use crate::store::{Digest, SignInRecord, SignInStore, StoreFuture, Timestamp};

impl SignInStore for MemoryStore {
    fn begin_sign_in(&self, sign_in: SignInRecord, most: usize, now: Timestamp) -> StoreFuture<'_, ()> {
        self.run(move |records| {
            if records.sign_ins.contains_key(&sign_in.state) {
                return Err(taken("state"));
            }
            let live = records.sign_ins.values().filter(|other| other.expires_at > now);
            let mut live: Vec<_> =
                live.map(|other| (other.expires_at, *other.state.as_bytes(), other.state)).collect();
            live.sort_unstable_by_key(|(expires_at, bytes, _)| (*expires_at, *bytes));
            let excess = (live.len() + 1).saturating_sub(most);
            for (.., state) in live.into_iter().take(excess) {
                records.sign_ins.remove(&state);
            }
            records.sign_ins.insert(sign_in.state, sign_in);
            Ok(())
        })
    }

    fn sign_in<'a>(&'a self, state: &'a Digest, now: Timestamp) -> StoreFuture<'a, Option<SignInRecord>> {
        self.run(move |records| {
            Ok(records.sign_ins.get(state).filter(|sign_in| sign_in.expires_at > now).cloned())
        })
    }

    fn take_sign_in<'a>(
        &'a self,
        state: &'a Digest,
        browser: &'a Digest,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<SignInRecord>> {
        self.run(move |records| {
            let found = records.sign_ins.get(state);
            let theirs = found.is_some_and(|found| found.browser == *browser && found.expires_at > now);
            Ok(if theirs { records.sign_ins.remove(state) } else { None })
        })
    }
}
