//! Access tokens: signed here (RFC 9068), and read again where a client gives one back (RFC 7009).

mod signer;

pub(crate) use signer::{AccessToken, BrokenKey, Signer};
