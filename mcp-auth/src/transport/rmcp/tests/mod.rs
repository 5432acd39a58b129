//! The forwarder alone, with the HTTP layer removed: served over a pipe, the user's handler behind it counted.

mod answers;
mod changes;
mod differential;
mod everything;
mod lanes;
mod method_names;
mod methods;
mod panics;
mod wire;
mod with_callers;
mod without_gate;
