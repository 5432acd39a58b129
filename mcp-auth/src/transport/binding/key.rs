//! One secret, and from it one key per purpose: what is made for one can never pass as another.

use std::fmt;

use aws_lc_rs::{
    error::Unspecified,
    hkdf::{self, HKDF_SHA256, Prk, Salt},
    hmac,
};

use crate::random::{self, NoRandomness};

/// Separates our keys from whatever else the same secret may be used for.
const SALT: &[u8] = b"mcp-auth state v1";

/// The root of all keys under which we hand things out: from the configuration (several nodes, restarts), or random for
/// this process.
#[derive(Clone)]
pub(crate) struct StateKey(Prk);

/// It cannot be printed.
impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(…)")
    }
}

/// The secret has less than 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooShort;

impl StateKey {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, TooShort> {
        if secret.len() < 32 { Err(TooShort) } else { Ok(Self::extract(secret)) }
    }

    pub(crate) fn random() -> Result<Self, NoRandomness> {
        Ok(Self::extract(&random::bytes::<32>()?))
    }

    fn extract(secret: &[u8]) -> Self {
        Self(Salt::new(HKDF_SHA256, SALT).extract(secret))
    }

    /// The key of one purpose at one resource (RFC 5869 section 2.3).
    pub(super) fn derive(&self, purpose: &str, resource: &str) -> Result<Derived, Unspecified> {
        let info = parts(&[Some(purpose), Some(resource)]);
        expand(&self.0, &info).map(Derived)
    }
}

/// The key of one purpose.
pub(super) struct Derived([u8; 32]);

impl Derived {
    pub(super) fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }

    /// To derive once more from: one key per owner.
    pub(super) fn root(&self) -> Prk {
        Prk::new_less_safe(HKDF_SHA256, &self.0)
    }
}

/// 32 bytes for `info`.
pub(super) fn expand(key: &Prk, info: &[u8]) -> Result<[u8; 32], Unspecified> {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            32
        }
    }
    let mut bytes = [0; 32];
    key.expand(&[info], Length)?.fill(&mut bytes)?;
    Ok(bytes)
}

/// An encoding that no two lists share: each part with its length, an absent one as such.
pub(super) fn parts(parts: &[Option<&str>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(160);
    for part in parts {
        match part {
            None => bytes.push(0),
            Some(text) => {
                bytes.push(1);
                bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_each_resource_and_each_secret_has_a_key_of_its_own() {
        let derive = |secret: u8, purpose: &str, resource: &str| {
            StateKey::new(&[secret; 32]).unwrap().derive(purpose, resource).unwrap().0
        };
        let keys = [
            derive(1, "task", "https://a.example/mcp"),
            derive(1, "session", "https://a.example/mcp"),
            derive(1, "task", "https://b.example/mcp"),
            derive(2, "task", "https://a.example/mcp"),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}");
        }
        assert_eq!(keys[0], derive(1, "task", "https://a.example/mcp"), "the same after a restart");
        assert_eq!(format!("{:?}", StateKey::new(&[1; 32]).unwrap()), "StateKey(…)");
    }

    #[test]
    fn no_two_lists_share_an_encoding() {
        let lists: [&[Option<&str>]; 6] = [
            &[Some("a"), Some("b")],
            &[Some("ab")],
            &[Some("ab"), None],
            &[None, Some("ab")],
            &[Some("")],
            &[],
        ];
        for (at, one) in lists.iter().enumerate() {
            assert!(lists[..at].iter().all(|other| parts(other) != parts(one)), "{one:?}");
        }
    }
}
