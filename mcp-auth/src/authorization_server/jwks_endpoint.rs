//! The public keys (RFC 7517 section 5), for resource servers in other processes.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::Core;
use crate::discovery::changing_json;

/// The keys of now: they change while the server runs.
pub(super) fn route(core: &Arc<Core>) -> MethodRouter {
    let core = Arc::clone(core);
    changing_json(move || core.signer.jwks().to_string().into())
}
