//! Other people's servers: where a person signs in, and whose token a tool gets.

mod provider;

pub use provider::Provider;
pub(crate) use provider::{AnyProvider, Callback, Departure, Leg, SignInError, SignedIn, Tokens};
