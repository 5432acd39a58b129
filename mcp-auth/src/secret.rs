//! Text that nobody prints.

use std::fmt;

use crate::random::{self, NoRandomness};

/// Text that opens something. It can neither be printed nor serialized; [`expose`](Self::expose) marks each place where it
/// leaves.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// This text, from now on a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 256 random bits, safe in URLs, headers and cookies.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        random::identifier().map(Self)
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
