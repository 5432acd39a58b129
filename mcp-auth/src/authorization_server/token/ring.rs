//! The signing keys of one moment: one signs, the others are published before they sign or until their last token is over.
//!
//! Which one signs follows from when each was made and from the time, so every process that has read the store says the
//! same, and nothing is half-way when one is killed.
//!
//! ```text
//!  key 1  ────────────── signs ──────────────┬──── published ────┐ gone
//!  key 2            made ─── published ──────┴──── signs ────────────────
//!                     └──── PUBLISHED_BEFORE ┘└──────── KEPT ────┘
//! ```

use std::{fmt, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{AccessToken, BrokenKey, Signer};
use crate::{Secret, store::Timestamp};

/// How long a key is published before it signs: longer than other processes on the store take to learn of it (a minute),
/// and than our key set may be cached (five minutes).
pub(crate) const PUBLISHED_BEFORE: Duration = Duration::from_secs(10 * 60);
/// How long a key is published after it has signed for the last time: access tokens live for an hour at most, clocks
/// differ, and another process may have learned late that it does not sign any more.
pub(crate) const KEPT: Duration = Duration::from_secs(90 * 60);

/// One key, and since when there is it.
#[derive(Debug, Clone)]
pub(crate) struct RingKey {
    /// Of its row.
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) signer: Arc<Signer>,
}

/// The keys, the oldest first. Never empty.
#[derive(Clone)]
pub(crate) struct KeyRing {
    keys: Vec<RingKey>,
}

impl KeyRing {
    /// `None` without a key.
    pub(crate) fn new(mut keys: Vec<RingKey>) -> Option<Self> {
        keys.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        (!keys.is_empty()).then_some(Self { keys })
    }

    pub(crate) fn keys(&self) -> &[RingKey] {
        &self.keys
    }

    pub(crate) fn newest(&self) -> Option<&RingKey> {
        self.keys.last()
    }

    /// The newest that has been published for long enough; where none has, the oldest.
    pub(crate) fn signing(&self, now: Timestamp) -> Option<&RingKey> {
        let ready = |key: &&RingKey| signs_from(key.created_at) <= now;
        self.keys.iter().rfind(ready).or_else(|| self.keys.first())
    }

    /// Those whose last token is over.
    pub(crate) fn over(&self, now: Timestamp) -> impl Iterator<Item = &RingKey> {
        let pairs = self.keys.iter().zip(self.keys.iter().skip(1));
        let over = move |next: &RingKey| signs_from(next.created_at).plus(KEPT) <= now;
        pairs.filter(move |(_, next)| over(next)).map(|(key, _)| key)
    }

    /// The public keys as a JSON Web Key Set (RFC 7517 section 5).
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": self.keys.iter().map(|key| key.signer.jwk()).collect::<Vec<_>>() })
    }

    /// The token, as the client gets it.
    pub(crate) fn sign(&self, claims: &AccessToken) -> Result<Secret, BrokenKey> {
        let now = Timestamp::from_millis(claims.iat.saturating_mul(1000));
        self.signing(now).ok_or(BrokenKey)?.signer.sign(claims)
    }

    /// What a token of ours says; `None` where it is not ours.
    pub(crate) fn read(&self, token: &str) -> Option<AccessToken> {
        self.keys.iter().rev().find_map(|key| key.signer.read(token))
    }
}

/// From when on a key that was made at `created_at` signs, if there is one before it.
pub(crate) fn signs_from(created_at: Timestamp) -> Timestamp {
    created_at.plus(PUBLISHED_BEFORE)
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(made: &[u64]) -> KeyRing {
        let key = |minute: &u64| RingKey {
            id: format!("{minute}"),
            created_at: at(*minute),
            signer: Arc::new(Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap()),
        };
        KeyRing::new(made.iter().map(key).collect()).unwrap()
    }

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(minute * 60_000)
    }

    #[test]
    fn c4_a_key_is_published_before_it_signs_and_kept_until_its_last_token_is_over() {
        let ring = ring(&[100, 1000]);
        let signing = |minute| ring.signing(at(minute)).unwrap().id.clone();
        assert_eq!(
            [signing(0), signing(100), signing(1009)],
            ["100", "100", "100"],
            "the first has nobody to wait for"
        );
        assert_eq!([signing(1010), signing(9999)], ["1000", "1000"]);
        let over = |minute| ring.over(at(minute)).map(|key| key.id.clone()).collect::<Vec<_>>();
        assert_eq!(over(1099), Vec::<String>::new());
        assert_eq!(over(1100), ["100"]);
        assert_eq!(over(u64::MAX / 120_000), ["100"], "the newest is never over");
        assert_eq!(ring.jwks()["keys"].as_array().unwrap().len(), 2);
        assert!(KeyRing::new(Vec::new()).is_none());
    }

    #[test]
    fn a_key_that_never_signed_because_another_came_goes_too() {
        let ring = ring(&[100, 1000, 1001]);
        let signing = |minute| ring.signing(at(minute)).unwrap().id.clone();
        assert_eq!([signing(1010), signing(1011)], ["1000", "1001"]);
        assert_eq!(ring.over(at(1101)).count(), 2);
    }
}
