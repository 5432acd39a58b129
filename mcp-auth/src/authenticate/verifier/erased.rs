//! Any verifier, without its type; and what it says of itself, checked.

use std::{future::Future, pin::Pin, time::Duration};

use serde_json::{Map, Value};

use super::{TokenVerifier, VerifyError};
use crate::{
    ConfigError,
    authenticate::{
        issuer::{MAX_LEEWAY, check_issuer_url},
        jwt::Expectations,
    },
    config::{Problem, shown},
};

pub(crate) type Verification<'a> =
    Pin<Box<dyn Future<Output = Result<Map<String, Value>, VerifyError>> + Send + 'a>>;

/// [`TokenVerifier`] as a trait object.
pub(crate) trait AnyVerifier: Send + Sync {
    fn issuer(&self) -> &str;
    fn verify<'a>(&'a self, token: &'a str) -> Verification<'a>;
    fn recognizes(&self, token: &str) -> bool;
    fn audience(&self) -> Option<&str>;
    fn leeway(&self) -> Duration;
    fn remember(&self) -> Duration;
    fn check(&self) -> Result<(), ConfigError>;
}

impl<V: TokenVerifier> AnyVerifier for V {
    fn issuer(&self) -> &str {
        TokenVerifier::issuer(self)
    }

    fn verify<'a>(&'a self, token: &'a str) -> Verification<'a> {
        Box::pin(TokenVerifier::verify(self, token))
    }

    fn recognizes(&self, token: &str) -> bool {
        TokenVerifier::recognizes(self, token)
    }

    fn audience(&self) -> Option<&str> {
        TokenVerifier::audience(self)
    }

    fn leeway(&self) -> Duration {
        TokenVerifier::leeway(self)
    }

    fn remember(&self) -> Duration {
        TokenVerifier::remember(self)
    }

    fn check(&self) -> Result<(), ConfigError> {
        TokenVerifier::check(self)
    }
}

impl dyn AnyVerifier {
    /// What is wrong with it, before there is a server.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.check().err().map(|error| error.problems().to_vec()).unwrap_or_default();
        if let Err(message) = check_issuer_url(self.issuer()) {
            problems.push(Problem::new(
                "TokenVerifier::issuer",
                format!("`{}` is not the URL of an issuer: {message}", shown(self.issuer())),
                "return the URL of those who issue the tokens, for example https://auth.example.com",
            ));
        }
        if self.audience().is_some_and(str::is_empty) {
            problems.push(Problem::new(
                "TokenVerifier::audience",
                "the audience is empty",
                "name the audience that the issuer puts into tokens for this server",
            ));
        }
        if self.leeway() > MAX_LEEWAY {
            problems.push(Problem::new(
                "TokenVerifier::leeway",
                format!("{} seconds are more than {}", self.leeway().as_secs(), MAX_LEEWAY.as_secs()),
                "let the clocks be set by NTP and keep the leeway small",
            ));
        }
        problems
    }
}

/// What every token of the verifier must say.
pub(crate) fn expectations(verifier: &dyn AnyVerifier, resource: &str) -> Expectations {
    Expectations {
        issuer: verifier.issuer().to_owned(),
        audience: verifier.audience().unwrap_or(resource).to_owned(),
        leeway: verifier.leeway().min(MAX_LEEWAY),
        any_token_type: true,
    }
}
