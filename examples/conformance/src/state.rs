//! What a tool remembers between two rounds of one call. The client carries it, so it is sealed for one caller and tool.

use std::time::Duration;

use aws_lc_rs::{error::Unspecified, rand};
use mcp_auth::AuthInfo;
use rmcp::{
    ErrorData,
    model::{RequestStateCodec, SealOptions},
};

const LIFETIME: Duration = Duration::from_secs(600);

/// Seals the state of every tool.
pub(crate) struct SealedState(RequestStateCodec);

impl SealedState {
    /// The key lives as long as the process; several nodes would have to share one.
    pub(crate) fn new() -> Result<Self, Unspecified> {
        let mut key = [0; 32];
        rand::fill(&mut key)?;
        Ok(Self(RequestStateCodec::new_unchecked(key)))
    }

    /// The state of one caller's calls of one tool.
    pub(crate) fn of(&self, user: &AuthInfo, tool: &str) -> StateOf<'_> {
        let principal = user.principal();
        StateOf { codec: &self.0, bound_to: format!("{principal:?} {tool:?}").into_bytes() }
    }
}

/// State that only the same caller can bring back to the same tool.
pub(crate) struct StateOf<'a> {
    codec: &'a RequestStateCodec,
    bound_to: Vec<u8>,
}

impl StateOf<'_> {
    pub(crate) fn seal(&self, round: u8) -> String {
        let options = SealOptions::new().associated_data(&self.bound_to).ttl(LIFETIME);
        self.codec.seal_with(&[round], &options)
    }

    /// The round that was sealed; `None` on the first one.
    pub(crate) fn open(&self, sealed: Option<&str>) -> Result<Option<u8>, ErrorData> {
        let Some(sealed) = sealed else { return Ok(None) };
        match self.codec.open_with(sealed, &self.bound_to) {
            Ok(payload) => Ok(payload.first().copied()),
            Err(error) => Err(ErrorData::invalid_params(error.to_string(), None)),
        }
    }
}
