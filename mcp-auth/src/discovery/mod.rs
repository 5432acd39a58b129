//! What a client reads before it signs in.

mod protected_resource;

#[cfg(feature = "authorization-server")]
pub(crate) use protected_resource::changing_json;
pub(crate) use protected_resource::{ProtectedResource, public_json};
