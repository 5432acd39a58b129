//! Sealing: what is kept or handed out so that only we can read it, and only where it belongs.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hkdf::{self, HKDF_SHA256, Prk, Salt},
};

use crate::random;

/// Separates our keys from whatever else the same secret may be used for.
const SALT: &[u8] = b"mcp-auth authorization server v1";

/// A ring of keys, each with an id: the first one seals, all of them open. AES-256-GCM under a key of its own for each
/// context (HKDF, RFC 5869), so that what was sealed for one row opens in no other.
pub(crate) struct Sealer {
    keys: Vec<(String, Prk)>,
}

/// Why nothing could be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsealed {
    /// There is no key of the id that sealed it.
    #[error("it was sealed under a key that is not there any more")]
    NoKey,
    /// It was changed, or belongs elsewhere.
    #[error("it was changed, or sealed for something else")]
    Forged,
    /// No randomness, or AES failed.
    #[error("nothing can be sealed")]
    Broken,
}

impl Sealer {
    /// `keys`: at least one, ids of at most 255 bytes, each secret of at least 32 bytes.
    pub(crate) fn new<'a>(keys: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let salt = Salt::new(HKDF_SHA256, SALT);
        Self { keys: keys.into_iter().map(|(id, secret)| (id.to_owned(), salt.extract(secret))).collect() }
    }

    /// The ids of the keys, the one that seals first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    /// The id of the key under which something was sealed.
    pub(crate) fn id_of(sealed: &[u8]) -> Option<&str> {
        let (length, rest) = sealed.split_first()?;
        let (id, _) = rest.split_at_checked(usize::from(*length))?;
        std::str::from_utf8(id).ok()
    }

    /// Only the key that seals.
    pub(crate) fn first(&self) -> Self {
        Self { keys: self.keys.iter().take(1).cloned().collect() }
    }

    /// Seals `value` for `context`: its kind and id, as `["upstream", id]`.
    pub(crate) fn seal(&self, context: &[&str], value: &[u8]) -> Result<Vec<u8>, Unsealed> {
        let (id, root) = self.keys.first().ok_or(Unsealed::Broken)?;
        let context = encoded(context);
        let nonce: [u8; NONCE_LEN] = random::bytes().map_err(|_| Unsealed::Broken)?;
        let key = key(root, &context).map_err(|_| Unsealed::Broken)?;
        let mut text = value.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&context), &mut text)
            .map_err(|_| Unsealed::Broken)?;
        let length = u8::try_from(id.len()).map_err(|_| Unsealed::Broken)?;
        Ok([&[length], id.as_bytes(), &nonce[..], &text].concat())
    }

    /// What was sealed for `context`.
    pub(crate) fn open(&self, context: &[&str], sealed: &[u8]) -> Result<Vec<u8>, Unsealed> {
        let (length, rest) = sealed.split_first().ok_or(Unsealed::Forged)?;
        let (id, rest) = rest.split_at_checked(usize::from(*length)).ok_or(Unsealed::Forged)?;
        let (_, root) = self.keys.iter().find(|(known, _)| known.as_bytes() == id).ok_or(Unsealed::NoKey)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(Unsealed::Forged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealed::Forged)?;
        let context = encoded(context);
        let key = key(root, &context).map_err(|_| Unsealed::Broken)?;
        let mut text = text.to_vec();
        let opened =
            key.open_in_place(nonce, Aad::from(&context), &mut text).map_err(|_| Unsealed::Forged)?;
        Ok(opened.to_vec())
    }
}

fn key(root: &Prk, context: &[u8]) -> Result<LessSafeKey, Unspecified> {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            32
        }
    }
    let mut bytes = [0; 32];
    root.expand(&[context], Length)?.fill(&mut bytes)?;
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes)?))
}

/// An encoding that no two contexts share: each part with its length.
fn encoded(context: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(96);
    for part in context {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// The ids of the keys, never the keys.
impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: (&str, &[u8]) = ("old", &[1; 32]);
    const NEW: (&str, &[u8]) = ("new", &[2; 32]);

    #[test]
    fn a_value_opens_in_its_context_only_and_under_every_key_of_the_ring() {
        let sealed = Sealer::new([OLD]).seal(&["upstream", "1"], b"value").unwrap();
        let ring = Sealer::new([NEW, OLD]);
        assert_eq!(ring.open(&["upstream", "1"], &sealed).unwrap(), b"value");
        for context in [&["upstream", "2"][..], &["upstream1"], &["upstrea", "m1"], &[]] {
            assert_eq!(ring.open(context, &sealed), Err(Unsealed::Forged), "{context:?}");
        }
        assert_eq!(Sealer::new([NEW]).open(&["upstream", "1"], &sealed), Err(Unsealed::NoKey));
        let same_name = Sealer::new([("old", NEW.1)]);
        assert_eq!(same_name.open(&["upstream", "1"], &sealed), Err(Unsealed::Forged));
    }

    #[test]
    fn whatever_is_changed_or_cut_opens_nothing() {
        let ring = Sealer::new([NEW, OLD]);
        let sealed = ring.seal(&["a"], b"value").unwrap();
        assert!(!sealed.windows(5).any(|bytes| bytes == b"value"));
        assert_ne!(ring.seal(&["a"], b"value").unwrap(), sealed);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(ring.open(&["a"], &changed).is_err(), "{at}");
            assert!(ring.open(&["a"], &sealed[..at]).is_err(), "cut at {at}");
        }
    }
}
