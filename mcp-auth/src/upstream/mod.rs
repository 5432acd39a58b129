//! Other people's servers: where a person signs in, and whose token a tool gets.

mod account;
mod development;
mod error;
mod extractor;
mod github;
mod provider;
mod request;
mod response;
mod service;
mod vault;

pub(crate) use account::{Account, Fact, Knows, Untold, Wanted};
pub use development::DevelopmentSignIn;
pub use error::UpstreamError;
pub(crate) use extractor::Upstreams;
pub use extractor::{HasUpstream, Upstream};
pub use github::GitHub;
#[cfg(test)]
pub(crate) use provider::IntoProvider;
pub use provider::SignIn;
pub(crate) use provider::{AnyProvider, Answer, Callback, Leg, Outage, SignInError, SignedIn, Tokens};
pub use request::UpstreamRequest;
pub use response::UpstreamResponse;
pub(crate) use service::check_offered;
pub use service::{UpstreamDefinition, UpstreamProvider};
pub(crate) use vault::{Renewals, is_live, keep, opens, sealed_anew, tell_end};
