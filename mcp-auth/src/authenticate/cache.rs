//! Verified tokens until they end.

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

    /// Remembers `info`, and returns what is to be used: of two requests that verified one token at the same time, both
    /// go on with the first one's, so that what is read from its claims is read once.
    pub(crate) fn insert(&self, token: &str, generation: u64, info: AuthInfo) -> AuthInfo {
        let weight = 1 + u64::try_from(token.len() / 2048).unwrap_or(u64::MAX);
        let entry = Entry { info: info.clone(), generation, weight };
        let kept = self.entries.entry(&hash(token), None, |_, present| {
            if present.generation != generation {
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

fn hash(token: &str) -> TokenHash {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}
