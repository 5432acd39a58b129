//! What an access word says, as const data.

use super::ScopeInfo;

/// Who may call a tool, or use a group of methods.
///
/// Written by the macros from `public`, `authenticated`, `scopes(…)` and `any_of(…)`; several words combine
/// by *and*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub(crate) public: bool,
    pub(crate) all: &'static [ScopeInfo],
    pub(crate) any: &'static [&'static [ScopeInfo]],
}

impl Access {
    /// Anybody, also without a token.
    pub const PUBLIC: Self = Self { public: true, all: &[], any: &[] };

    /// Anybody with a valid token.
    pub const AUTHENTICATED: Self = Self { public: false, all: &[], any: &[] };

    /// A valid token with every scope of `all` and, of each group in `any`, at least one.
    pub const fn scopes(all: &'static [ScopeInfo], any: &'static [&'static [ScopeInfo]]) -> Self {
        Self { public: false, all, any }
    }

    /// The access of a tool that says nothing: its arguments decide if they require scopes, otherwise the server's
    /// default.
    #[must_use]
    pub const fn or_arguments(self, argument_scopes: &[&[ScopeInfo]]) -> Self {
        let mut i = 0;
        while i < argument_scopes.len() {
            if !argument_scopes[i].is_empty() {
                return Self::AUTHENTICATED;
            }
            i += 1;
        }
        self
    }

    /// Whether anybody may, also without a token.
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// Every word that occurs, in the order in which it was written.
    pub(crate) fn words(&self) -> impl Iterator<Item = ScopeInfo> {
        self.all.iter().chain(self.any.iter().copied().flatten()).copied()
    }
}
