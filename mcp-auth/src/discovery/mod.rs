//! What a client reads before it signs in.

mod protected_resource;

pub(crate) use protected_resource::{ProtectedResource, public_json};
