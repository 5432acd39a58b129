//! The public keys of one issuer: found, fetched, kept, replaced.

mod document;
mod key;
mod keys;
mod set;
mod state;

pub(crate) use document::KeySource;
pub(crate) use key::VerificationKey;
pub(crate) use keys::{KeyTiming, Keys};
pub(crate) use set::KeySet;
