//! Access tokens (RFC 9068).

mod keys;
mod ring;
mod signer;

pub(crate) use keys::SigningKeys;
pub(crate) use ring::{KeyRing, RingKey, signs_from};
pub(crate) use signer::{AccessToken, BrokenKey, Signer};
