//! Verified tokens until they end.

use quick_cache::{Weighter, sync::Cache};

use super::AuthInfo;

/// Remembers who a token speaks for, so that its signature is checked once. Only successes are kept.
///
/// The key is the SHA-256 of the whole token: no other token, truncated, folded or crafted, has the same key, and the
/// cache holds no credential that a memory dump could leak. (A keyed hash with the token beside it for comparison
/// would save 0.6 µs a request and keep thousands of live tokens in memory.)
pub(crate) struct TokenCache {
    entries: Cache<TokenHash, Entry, ByLength>,
}

type TokenHash = [u8; 32];

#[derive(Clone)]
struct Entry {
    info: AuthInfo,
    /// The generation of the issuer's keys that verified it, see [`Keys`](super::jwks::Keys).
    generation: u64,
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

    /// Who `token` speaks for, when it was verified by keys of `generation`. The caller checks the lifetime.
    pub(crate) fn get(&self, token: &str, generation: u64) -> Option<AuthInfo> {
        let entry = self.entries.get(&hash(token))?;
        (entry.generation == generation).then_some(entry.info)
    }

    pub(crate) fn insert(&self, token: &str, generation: u64, info: AuthInfo) {
        let weight = 1 + u64::try_from(token.len() / 2048).unwrap_or(u64::MAX);
        self.entries.insert(hash(token), Entry { info, generation, weight });
    }

    pub(crate) fn remove(&self, token: &str) {
        self.entries.remove(&hash(token));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn hash(token: &str) -> TokenHash {
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
                cache.insert(&format!("{number:0length$}"), 1, info.clone());
            }
            cache.len()
        };
        let (short, long) = (held(100), held(7 * 2048));
        assert!(short > 50, "{short}");
        assert!((1..=100 / 8).contains(&long), "{long}");
    }

    #[test]
    fn c7_only_the_generation_that_verified_a_token_finds_it() {
        let info = AuthInfo::for_tests("alice", &[], &Catalog::new([]));
        let cache = TokenCache::new(10);
        cache.insert("token", 2, info);
        assert!(cache.get("token", 2).is_some());
        assert!(cache.get("token", 1).is_none() && cache.get("token", 3).is_none());
        cache.remove("token");
        assert!(cache.get("token", 2).is_none());
    }
}
