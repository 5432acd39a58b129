//! How axum, tower and rmcp meet us.

mod activity;
mod binding;
mod body;
mod direct;
mod envelope;
mod gate;
mod headers;
mod identify;
mod listening;
mod normalize;
mod origin;
mod refusal;
mod rmcp;
mod serve;
mod session;
mod stream;
#[cfg(test)]
mod tests;
mod timed;
mod unread;

#[cfg(feature = "stdio")]
pub(crate) use self::rmcp::Local;
pub(crate) use self::rmcp::{Changes, Guarded, McpService};
pub use self::rmcp::{FindHandler, Handler, NoHandler, OwnHandler};
pub(crate) use binding::{Binding, Round, StateKey, TicketSealer, TooShort};
#[cfg(test)]
pub(crate) use direct::DirectCall;
#[cfg(test)]
pub(crate) use envelope::Envelope;
pub(crate) use gate::{Gate, GateParts};
pub(crate) use headers::refuse_repeated;
pub(crate) use identify::{Challenged, identify};
pub(crate) use origin::{HostPattern, Origins, is_loopback};
pub(crate) use refusal::Refusal;
pub use serve::Bound;
pub(crate) use serve::{Boxed, Shutdown};
pub(crate) use unread::Unread;
