//! Properties of the gate's parts.

mod origins;
mod sessions;
