//! How axum, tower and rmcp meet us.

mod activity;
mod binding;
mod body;
mod envelope;
mod gate;
mod headers;
mod identify;
mod normalize;
mod origin;
mod refusal;
mod rmcp;
mod serve;
mod session;
mod stream;
mod timed;

pub use self::rmcp::{FindHandler, Handler, NoHandler, OwnHandler};
pub(crate) use self::rmcp::{Guarded, McpService};
pub(crate) use binding::{Binding, Round, StateKey, TicketSealer, TooShort};
pub(crate) use gate::{Gate, GateParts};
pub(crate) use headers::refuse_repeated;
pub(crate) use identify::{Challenged, identify};
pub(crate) use origin::{HostPattern, Origins, is_loopback};
pub(crate) use refusal::Refusal;
pub use serve::Bound;
pub(crate) use serve::Shutdown;
