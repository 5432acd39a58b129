//! Other people's servers: where a person signs in, and whose token a tool gets.

mod development;
mod github;
mod provider;
mod vault;

pub use development::DevelopmentSignIn;
pub use github::GitHub;
pub use provider::Provider;
pub(crate) use provider::{AnyProvider, Callback, Departure, Leg, Outage, SignInError, SignedIn, Tokens};
pub(crate) use vault::{is_live, keep};
