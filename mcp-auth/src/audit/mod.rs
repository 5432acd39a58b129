//! What was decided, for whom: one [`AuditEvent`] for each decision, to sinks that a request never waits for unless it is
//! told to.
//!
//! ```text
//!  event.rs    what happened: ids and words, no type that could hold a secret
//!    v
//!  trail.rs    stamps it and hands it to every sink
//!    | log.rs    `tracing`, where nothing else is said
//!    | queue.rs  a thread for each sink of the user's, a bounded queue before it
//!    v
//!  sink.rs     what the user writes
//! ```

mod event;
mod log;
mod queue;
mod sink;
#[cfg(test)]
mod tests;
mod trail;

pub use event::{AuditEvent, AuditKind};
pub use log::AuditLog;
pub use sink::AuditSink;
pub(crate) use sink::Sinks;
pub(crate) use trail::AuditTrail;
