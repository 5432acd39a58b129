//! What `tools/list` shows, and its bytes.

mod bytes;
mod policy;

pub(crate) use bytes::{ListCache, fragment, unpack};
pub use policy::{ListPolicy, ListedTool, Visibility};
