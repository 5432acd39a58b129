//! Other people's servers: where a person signs in, and whose token a tool gets.

mod development;
mod error;
mod extractor;
mod github;
mod needs;
mod provider;
mod request;
mod response;
mod service;
mod vault;

pub use development::DevelopmentSignIn;
pub use error::UpstreamError;
pub(crate) use extractor::Upstreams;
pub use extractor::{HasUpstream, Upstream};
pub use github::GitHub;
pub(crate) use needs::Needs;
pub use provider::Provider;
pub(crate) use provider::{AnyProvider, Callback, Departure, Leg, Outage, SignInError, SignedIn, Tokens};
pub use request::UpstreamRequest;
pub use response::UpstreamResponse;
pub(crate) use service::check_offered;
pub use service::{UpstreamDefinition, UpstreamProvider};
pub(crate) use vault::{Held, Renewals, held, keep};
