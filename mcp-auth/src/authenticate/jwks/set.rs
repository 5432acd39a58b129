//! A set of keys (RFC 7517 section 5), and the choice of one.

use std::sync::Arc;

use serde_json::Value;

use super::{VerificationKey, key::Unusable};
use crate::authenticate::jwt::KeyRequest;

/// The usable keys of one issuer; never empty.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Arc<VerificationKey>>,
}

/// A document that is no key set, or one without a key that we could use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoKeySet {
    #[error("the document is not a JSON Web Key Set")]
    NotASet,
    #[error("the key set contains no usable key{}", .0.map(|why| format!(" ({why})")).unwrap_or_default())]
    NoUsableKey(Option<Unusable>),
}

/// What a set has for a token.
#[derive(Debug)]
pub(crate) enum Selection {
    Found(Arc<VerificationKey>),
    /// The key is there, but is for another algorithm. No other version of the set will be asked for.
    OtherAlgorithm,
    /// The token names no key, and more than one would do.
    Ambiguous,
    Unknown,
}

impl KeySet {
    /// The keys in `json`, and why others in it are left out: keys of other types and for other purposes are normal.
    pub(crate) fn parse(json: &[u8]) -> Result<(Self, Vec<Unusable>), NoKeySet> {
        let document: Value = serde_json::from_slice(json).map_err(|_| NoKeySet::NotASet)?;
        let entries = document.get("keys").and_then(Value::as_array).ok_or(NoKeySet::NotASet)?;
        let (mut keys, mut left_out) = (Vec::<Arc<VerificationKey>>::new(), Vec::new());
        for entry in entries {
            match VerificationKey::from_jwk(entry) {
                Ok(key) if keys.iter().any(|known| collide(known, &key)) => {
                    left_out.push("a key before it has the same id and algorithm");
                }
                Ok(key) => keys.push(Arc::new(key)),
                Err(why) => left_out.push(why),
            }
        }
        if keys.is_empty() {
            return Err(NoKeySet::NoUsableKey(left_out.first().copied()));
        }
        Ok((Self { keys }, left_out))
    }

    /// The key for a token: by id *and* algorithm, since two keys may share an id.
    pub(crate) fn select(&self, request: KeyRequest<'_>) -> Selection {
        let fits = |key: &&Arc<VerificationKey>| key.algorithm() == request.algorithm;
        let Some(id) = request.id else {
            let mut fitting = self.keys.iter().filter(fits);
            return match (fitting.next(), fitting.next()) {
                (Some(key), None) => Selection::Found(key.clone()),
                (Some(_), Some(_)) => Selection::Ambiguous,
                (None, _) => Selection::Unknown,
            };
        };
        let mut named = self.keys.iter().filter(|key| key.id() == Some(id)).peekable();
        if named.peek().is_none() {
            return Selection::Unknown;
        }
        named.find(fits).map_or(Selection::OtherAlgorithm, |key| Selection::Found(key.clone()))
    }

    /// Whether one of these keys signed it.
    #[cfg(all(test, feature = "authorization-server"))]
    pub(crate) fn signed(&self, assertion: &crate::authenticate::ClientAssertion<'_>) -> bool {
        matches!(self.select(assertion.key()), Selection::Found(key) if assertion.is_signed_by(&key))
    }

    /// Whether every key of `older` is still in this set.
    pub(crate) fn keeps_all_of(&self, older: &Self) -> bool {
        older.keys.iter().all(|old| self.keys.iter().any(|key| key.is_same(old)))
    }
}

fn collide(known: &VerificationKey, key: &VerificationKey) -> bool {
    key.id().is_some() && known.id() == key.id() && known.algorithm() == key.algorithm()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Public keys of RFC 7517 appendix A.1 and RFC 8037 appendix A.2.
    const X: &str = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
    const Y: &str = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
    const ED: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn ec(id: &str) -> Value {
        serde_json::json!({"kty": "EC", "crv": "P-256", "kid": id, "x": X, "y": Y})
    }

    fn ed(id: &str) -> Value {
        serde_json::json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": ED})
    }

    fn set(keys: &[Value]) -> (KeySet, Vec<Unusable>) {
        KeySet::parse(serde_json::json!({"keys": keys}).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn c7_a_set_keeps_a_key_only_with_its_name_algorithm_and_material() {
        let old = set(&[ec("a"), ed("b")]).0;
        assert!(set(&[ec("a"), ed("b")]).0.keeps_all_of(&old));
        assert!(set(&[ed("b"), ec("c"), ec("a")]).0.keeps_all_of(&old), "more, in another order");
        for newer in [vec![ec("a")], vec![ec("a"), ed("c")], vec![ec("b"), ed("a")]] {
            assert!(!set(&newer).0.keeps_all_of(&old), "{newer:?}");
        }
        let replaced = serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "kid": "b", "x": "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
        });
        assert!(!set(&[ec("a"), replaced]).0.keeps_all_of(&old), "another key under one name");
    }

    #[test]
    fn c8_of_two_keys_of_one_name_and_algorithm_the_first_stays() {
        let kept = |keys: &[Value]| set(keys).0.keys.len();
        let unnamed = |mut key: Value| {
            key.as_object_mut().unwrap().remove("kid");
            key
        };
        let (keys, left_out) = set(&[ec("a"), ec("a")]);
        assert_eq!((keys.keys.len(), left_out.len()), (1, 1));
        assert_eq!(kept(&[ec("a"), ec("b")]), 2);
        assert_eq!(kept(&[ec("a"), ed("a")]), 2, "one name for two algorithms");
        assert_eq!(kept(&[unnamed(ec("")), unnamed(ec(""))]), 2, "two without a name do not collide");
    }
}
