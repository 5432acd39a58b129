//! Values that leave the server and come back: encrypted, unforgeable, for one context and a limited time.

use std::{fmt, time::Duration};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hkdf::Prk,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::key::{Derived, expand};
use crate::{clock::Clock, random};

/// Seconds since 1970 when the value expires, in front of it.
const EXPIRY: usize = size_of::<u64>();

/// Seals under the key of one purpose.
pub(super) struct Sealer {
    root: Prk,
    clock: Clock,
}

/// The system gave no randomness, or AES failed. Nothing is handed out then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotSealed;

impl fmt::Display for NotSealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value could not be sealed")
    }
}

impl std::error::Error for NotSealed {}

impl Sealer {
    pub(super) fn new(key: &Derived, clock: Clock) -> Self {
        Self { root: key.root(), clock }
    }

    /// Each context has a key of its own, so that random nonces stay safe however much one key of the configuration
    /// has to seal over the years (NIST SP 800-38D section 8.3 allows 2^32 each).
    fn key(&self, context: &[u8]) -> Result<LessSafeKey, Unspecified> {
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &expand(&self.root, context)?)?))
    }

    pub(super) fn seal(&self, context: &[u8], value: &[u8], lifetime: Duration) -> Result<String, NotSealed> {
        let expires = self.clock.unix().saturating_add(lifetime).as_secs();
        let nonce: [u8; NONCE_LEN] = random::bytes().map_err(|_| NotSealed)?;
        let mut text = [&expires.to_be_bytes()[..], value].concat();
        let key = self.key(context).map_err(|_| NotSealed)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut text)
            .map_err(|_| NotSealed)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &text].concat()))
    }

    /// What was sealed for this context, unless it has been changed or has expired. Why not is nobody's business.
    pub(super) fn open(&self, context: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let text = self.key(context).ok()?.open_in_place(nonce, Aad::from(context), &mut text).ok()?;
        let (expires, value) = text.split_at_checked(EXPIRY)?;
        let expires = Duration::from_secs(u64::from_be_bytes(expires.try_into().ok()?));
        (self.clock.unix() < expires).then(|| value.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::StateKey, *};

    fn sealer(secret: u8, clock: &Clock) -> Sealer {
        let key = StateKey::new(&[secret; 32]).unwrap().derive("test", "https://a.example/mcp").unwrap();
        Sealer::new(&key, clock.clone())
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_value_opens_in_its_context_until_it_expires_also_after_a_restart() {
        let clock = Clock::fixed(1_800_000_000);
        let sealed = sealer(1, &clock).seal(b"alice", b"value", HOUR).unwrap();
        let again = sealer(1, &clock);
        assert_eq!(again.open(b"alice", &sealed).unwrap(), b"value");
        assert_eq!(again.open(b"bob", &sealed), None);
        assert_eq!(sealer(2, &clock).open(b"alice", &sealed), None);
        clock.advance(Duration::from_secs(3599));
        assert!(again.open(b"alice", &sealed).is_some());
        clock.advance(Duration::from_secs(1));
        assert_eq!(again.open(b"alice", &sealed), None);
    }

    #[test]
    fn whatever_is_changed_opens_nothing() {
        let clock = Clock::fixed(1_800_000_000);
        let sealer = sealer(1, &clock);
        let sealed = sealer.seal(b"alice", b"value", HOUR).unwrap();
        for at in 0..sealed.len() {
            let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
            assert_eq!(sealer.open(b"alice", &changed), None, "{at}");
            assert_eq!(sealer.open(b"alice", &sealed[..at]), None, "cut at {at}");
        }
        assert_eq!(sealer.open(b"alice", &format!("{sealed}A")), None);
        assert_eq!(sealer.open(b"alice", &format!("{sealed}=")), None);
    }

    #[test]
    fn a_value_cannot_be_read_and_never_looks_the_same() {
        let sealer = sealer(1, &Clock::fixed(1_800_000_000));
        let [one, two] = [(); 2].map(|()| sealer.seal(b"alice", b"value", HOUR).unwrap());
        assert_ne!(one, two);
        assert!(!URL_SAFE_NO_PAD.decode(one).unwrap().windows(5).any(|bytes| bytes == b"value"));
    }
}
