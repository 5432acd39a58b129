//! The public keys (RFC 7517 section 5), for resource servers in other processes.

use super::Core;

/// The document, built once.
pub(super) fn document(core: &Core) -> Vec<u8> {
    core.signer.jwks().to_string().into_bytes()
}
