//! What a scope is: a name, and what it includes.

use std::fmt;

use super::{
    hierarchy::{Deepest, Id, Included, Level, Scopes},
    message::Message,
};

/// A scope as data: its name on the wire, what it lets people do, and the scopes it includes.
///
/// Two are equal if their names are: that is what a token carries.
#[derive(Clone, Copy)]
pub struct ScopeInfo {
    name: &'static str,
    description: Option<&'static str>,
    /// The first of what it includes, which leads to the others.
    includes: Option<&'static Included>,
}

impl ScopeInfo {
    /// The scope of this name, for the [`SCOPES`](crate::FromToolCall::SCOPES) of an extractor of your own.
    ///
    /// In a constant, a name that is no `scope-token` (RFC 6749 appendix A.4) does not compile:
    ///
    /// ```compile_fail,E0080
    /// # use mcp_auth::ScopeInfo;
    /// const ADMIN: ScopeInfo = ScopeInfo::new("notes admin");
    /// ```
    ///
    /// # Panics
    ///
    /// If the name is no `scope-token`, or is `offline_access`, which asks for a refresh token and guards nothing.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        if let Some(problem) = problem(name) {
            Message::new().text("scope ").code(name).text(problem).panic()
        }
        Self { name, description: None, includes: None }
    }

    /// No scope; fills arrays before they get theirs.
    pub(crate) const NONE: Self = Self { name: "", description: None, includes: None };

    /// Whether [`new`](Self::new) takes it.
    pub(crate) fn is_name(name: &str) -> bool {
        problem(name).is_none()
    }

    /// With what the consent page says of it.
    #[doc(hidden)]
    #[must_use]
    pub const fn described(self, description: Option<&'static str>) -> Self {
        Self { description, ..self }
    }

    /// With what it includes.
    pub(super) const fn including(self, includes: Option<&'static Included>) -> Self {
        Self { includes, ..self }
    }

    /// The name in tokens and challenges.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it lets people do: the doc comment of its type.
    pub const fn description(&self) -> Option<&'static str> {
        self.description
    }

    /// What it includes by itself, without what those include.
    pub(crate) fn includes(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(self.includes, |included| included.next).map(|included| included.scope)
    }

    /// The first of [`includes`](Self::includes), for constants.
    pub(super) const fn first_included(&self) -> Option<&'static Included> {
        self.includes
    }
}

impl PartialEq for ScopeInfo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ScopeInfo {}

/// The name, as tokens and challenges show it.
impl fmt::Debug for ScopeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.name, f)
    }
}

/// What is wrong with a name. RFC 6749 appendix A.4: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
const fn problem(name: &str) -> Option<&'static str> {
    let name = name.as_bytes();
    if name.is_empty() {
        return Some(" is empty");
    }
    let mut i = 0;
    while i < name.len() {
        if !matches!(name[i], 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return Some(" holds a character other than ASCII without spaces, quotes and backslashes");
        }
        i += 1;
    }
    if matches!(name, b"offline_access") {
        return Some(" asks for a refresh token, it cannot guard a tool");
    }
    None
}

/// A scope as a type; [derived](derive@crate::Scope).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scope",
    label = "expected a type that derives `Scope`",
    note = "write `#[derive(mcp_auth::Scope)] #[scope(\"…\")]` on `{Self}`"
)]
pub trait Scope: Sized + Send + Sync + 'static {
    /// Name, description and what it includes.
    const INFO: ScopeInfo =
        Self::ALONE.including(<<Self::Includes as Scopes>::At<Deepest> as Level>::INCLUDED);

    /// Name and description.
    #[doc(hidden)]
    const ALONE: ScopeInfo;

    /// Its name as a type, so that types can be compared.
    #[doc(hidden)]
    type Id: Id;

    /// What it includes by itself, as nested pairs.
    #[doc(hidden)]
    type Includes: Scopes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_its_name() {
        let bare = ScopeInfo::new("notes:read");
        let described = bare.described(Some("See your notes."));
        assert_eq!(bare, described);
        assert_ne!(bare, ScopeInfo::new("notes:reads"));
        assert_eq!(described.description(), Some("See your notes."));
        assert_eq!(format!("{described:?}"), "\"notes:read\"");
    }

    #[test]
    fn every_character_of_the_rfc_is_taken() {
        let all: String = ('!'..='~').filter(|c| !['"', '\\'].contains(c)).collect();
        assert!(ScopeInfo::is_name(&all));
        assert_eq!(ScopeInfo::new(all.leak()).name().len(), 92);
    }

    #[test]
    fn what_is_no_scope_token_is_refused() {
        for name in ["", "a b", "a\"", "a\\", "a\n", "a\u{7f}", "größe", "offline_access"] {
            assert!(std::panic::catch_unwind(|| ScopeInfo::new(name)).is_err(), "{name:?}");
            assert!(!ScopeInfo::is_name(name), "{name:?}");
        }
    }
}
