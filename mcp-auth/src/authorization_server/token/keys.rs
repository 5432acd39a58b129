//! The signing keys of this process, which follow those of the store.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use serde_json::Value;

use super::{AccessToken, BrokenKey, KeyRing};
use crate::{
    Secret,
    authenticate::{KeySet, Keys},
};

/// What signs and what reads; the gate's keys are always the same ones.
pub(crate) struct SigningKeys {
    ring: RwLock<Arc<KeyRing>>,
    /// With which the gate verifies.
    gate: OnceLock<Arc<Keys>>,
    /// When the store was read for an unknown key, by the monotonic clock, and whether it answered: one reads at a time,
    /// and not for every token of a stranger.
    pub(crate) looked: tokio::sync::Mutex<Option<(std::time::Duration, bool)>>,
    turn: Mutex<()>,
}

impl SigningKeys {
    pub(crate) fn new(ring: KeyRing) -> Self {
        Self {
            ring: RwLock::new(Arc::new(ring)),
            gate: OnceLock::new(),
            looked: tokio::sync::Mutex::default(),
            turn: Mutex::default(),
        }
    }

    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these. What was verified with one that is gone is verified anew.
    pub(crate) fn replace(&self, ring: KeyRing) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        self.tell_gate();
    }

    /// The gate verifies with these from now on.
    pub(crate) fn guard(&self, keys: Arc<Keys>) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.gate.set(keys));
        self.tell_gate();
    }

    fn tell_gate(&self) {
        let Some(gate) = self.gate.get() else { return };
        match KeySet::parse(self.jwks().to_string().as_bytes()) {
            Ok((set, _)) => gate.replace(set),
            Err(error) => tracing::error!(%error, "the gate cannot read our own keys"),
        }
    }

    /// The public keys as a JSON Web Key Set.
    pub(crate) fn jwks(&self) -> Value {
        self.ring().jwks()
    }

    /// The token, as the client gets it.
    pub(crate) fn sign(&self, claims: &AccessToken) -> Result<Secret, BrokenKey> {
        self.ring().sign(claims)
    }

    /// What a token of ours says, whether it is over or not; `None` where it is not ours.
    pub(crate) fn read(&self, token: &str) -> Option<AccessToken> {
        self.ring().read(token)
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
impl SigningKeys {
    /// A token that says something else.
    pub(crate) fn sign_raw(&self, claims: &str) -> String {
        self.ring().keys()[0].signer.sign_raw(claims)
    }
}
