//! Verified tokens until they end.

use std::time::Duration;

use quick_cache::{
    Weighter,
    sync::{Cache, EntryAction, EntryResult},
};

use super::AuthInfo;

/// Remembers who a token speaks for, so that its signature is checked once. Only successes are kept.
///
/// The key is the SHA-256 of the whole token: no other token, truncated, folded or crafted, has the same key, and the
/// cache holds no credential that a memory dump could leak. (A keyed hash with the token beside it for comparison
/// would save 0.6 µs a request and keep thousands of live tokens in memory.)
pub(crate) struct TokenCache {
    entries: Cache<TokenHash, Entry, ByLength>,
}

/// What stands for a token where the token itself must not be kept.
pub(crate) type TokenHash = [u8; 32];

/// Until when an answer may be used again, its own lifetime aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// As long as this trusted issuer's keys are of this generation, see [`Keys`](super::jwks::Keys).
    Keys { source: usize, generation: u64 },
    /// Until this time of the monotonic clock.
    Until(Duration),
}

#[derive(Clone)]
struct Entry {
    info: AuthInfo,
    fresh: Fresh,
    weight: u64,
}

/// Long tokens have many claims: they count for several, so that the memory stays bounded too.
#[derive(Clone)]
struct ByLength;

impl Weighter<TokenHash, Entry> for ByLength {
    fn weight(&self, _key: &TokenHash, entry: &Entry) -> u64 {
        entry.weight
    }
}

impl TokenCache {
    /// A cache for about `capacity` tokens of ordinary length (2 KiB).
    pub(crate) fn new(capacity: usize) -> Self {
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        Self { entries: Cache::with_weighter(capacity, weight, ByLength) }
    }

    /// Who `token` speaks for, and how long that may be believed. The caller checks this and the lifetime.
    pub(crate) fn get(&self, token: &str) -> Option<(AuthInfo, Fresh)> {
        let entry = self.entries.get(&hash(token))?;
        Some((entry.info, entry.fresh))
    }

    /// Remembers `info`, and returns what is to be used: of two requests that verified one token at the same time, both
    /// go on with the first one's, so that what is read from its claims is read once.
    pub(crate) fn insert(&self, token: &str, fresh: Fresh, info: AuthInfo) -> AuthInfo {
        let weight = 1 + u64::try_from(token.len() / 2048).unwrap_or(u64::MAX);
        let entry = Entry { info: info.clone(), fresh, weight };
        let kept = self.entries.entry(&hash(token), None, |_, present| {
            if present.fresh != fresh {
                *present = entry.clone();
            }
            EntryAction::Retain(present.info.clone())
        });
        match kept {
            EntryResult::Retained(first) => first,
            EntryResult::Vacant(place) => {
                // A place that was taken away meanwhile is a token that is not remembered.
                let _ = place.insert(entry);
                info
            }
            _ => info,
        }
    }

    pub(crate) fn remove(&self, token: &str) {
        self.entries.remove(&hash(token));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

pub(crate) fn hash(token: &str) -> TokenHash {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize::Catalog;

    #[test]
    fn f14_long_tokens_count_for_several() {
        let info = AuthInfo::for_tests("alice", &[], &Catalog::new([]));
        let held = |length: usize| {
            let cache = TokenCache::new(100);
            for number in 0..100 {
                cache.insert(&format!("{number:0length$}"), Fresh::Until(Duration::MAX), info.clone());
            }
            cache.len()
        };
        let (short, long) = (held(100), held(7 * 2048));
        assert!(short > 50, "{short}");
        assert!((1..=100 / 8).contains(&long), "{long}");
    }

    #[test]
    fn c7_what_is_remembered_says_for_how_long() {
        let info = AuthInfo::for_tests("alice", &[], &Catalog::new([]));
        let cache = TokenCache::new(10);
        cache.insert("token", Fresh::Keys { source: 1, generation: 2 }, info);
        let found = cache.get("token").map(|(_, fresh)| fresh);
        assert!(matches!(found, Some(Fresh::Keys { source: 1, generation: 2 })));
        assert!(cache.get("toke").is_none() && cache.get("tokens").is_none());
        cache.remove("token");
        assert!(cache.get("token").is_none());
    }
}
