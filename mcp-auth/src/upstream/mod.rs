//! Other people's servers: where a person signs in, and whose token a tool gets.

mod development;
mod provider;
mod vault;

pub use development::DevelopmentSignIn;
pub use provider::Provider;
pub(crate) use provider::{AnyProvider, Callback, Departure, Leg, SignInError, SignedIn, Tokens};
pub(crate) use vault::{is_live, keep};
