//! Other people's servers: where a person signs in, and whose token a tool gets.

mod account;
mod custom;
mod development;
mod error;
mod extractor;
mod github;
mod google;
mod needs;
mod oauth;
mod oidc;
mod provider;
mod request;
mod response;
mod service;
mod vault;

pub(crate) use account::{Account, Fact, Knows, Untold, Wanted};
pub use custom::{
    OAuthApp, Provider, ProviderAccount, ProviderApi, ProviderError, ProviderTokens, TokenGrant, TokenRequest,
};
pub use development::DevelopmentSignIn;
pub use error::UpstreamError;
pub(crate) use extractor::Upstreams;
pub use extractor::{HasUpstream, Upstream};
pub use github::GitHub;
pub use google::Google;
pub(crate) use needs::Needs;
pub use oidc::Oidc;
#[cfg(test)]
pub(crate) use provider::IntoProvider;
pub use provider::SignIn;
pub(crate) use provider::{Answer, AnyProvider, Callback, Leg, Outage, SignInError, SignedIn, Tokens};
pub use request::UpstreamRequest;
pub use response::UpstreamResponse;
pub(crate) use service::check_offered;
pub use service::{UpstreamDefinition, UpstreamProvider};
pub(crate) use vault::{Held, Renewals, VaultError, account, held, keep, opens, sealed_anew, tell_end};
