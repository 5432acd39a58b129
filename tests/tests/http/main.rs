//! One protected server, attacked over HTTP. The names of the tests begin with the requirement or the mistake that
//! they stand for; `requirements.rs` says which ids have no test here, and why.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot be had fails the test"
)]

mod adoption;
mod attack;
mod bearer;
mod claims;
mod configuration;
mod confusion;
mod cors;
mod discovery;
mod drain;
mod http2;
mod layer;
mod layers;
mod limits;
mod lists;
mod log;
mod malformed;
mod mounting;
mod origins;
mod outage;
mod paths;
mod prompts;
mod requirements;
mod runtime_tools;
mod sessions;
mod shutdown;
mod step_up;
mod support;
mod table;
mod unread;
