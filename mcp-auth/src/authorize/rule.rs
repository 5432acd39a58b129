//! An access word compiled to bits, and its decision.

use super::{Access, Caller, Catalog, ScopeSet};

/// Who may do one thing.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    public: bool,
    all: ScopeSet,
    any: Box<[ScopeSet]>,
    /// What a challenge asks for: everything that this one operation needs, in a stable order.
    wanted: Vec<&'static str>,
}

/// What a rule says of a caller. The two refusals are different things: a challenge is sent for both, but only a
/// missing scope says "the same person, with more".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// No token was sent, and one is needed.
    NeedsToken,
    /// The token is good and does not carry the scopes.
    NeedsScope,
}

impl Rule {
    /// `extra` scopes (of the arguments, of the whole server) are demanded besides the word's own, unless the word is
    /// `public`.
    pub(crate) fn new(access: &Access, extra: &[&'static str], catalog: &Catalog) -> Self {
        if access.public {
            return Self::public();
        }
        let mut wanted: Vec<&'static str> = Vec::new();
        let firsts = access.any.iter().filter_map(|group| group.first());
        for word in extra.iter().chain(access.all).chain(firsts) {
            if !wanted.contains(word) {
                wanted.push(word);
            }
        }
        Self {
            public: false,
            all: catalog.resolve(extra.iter().chain(access.all).copied()),
            any: access.any.iter().map(|group| catalog.resolve(group.iter().copied())).collect(),
            wanted,
        }
    }

    pub(crate) fn public() -> Self {
        Self { public: true, all: ScopeSet::EMPTY, any: Box::default(), wanted: Vec::new() }
    }

    pub(crate) fn is_public(&self) -> bool {
        self.public
    }

    pub(crate) fn wanted(&self) -> &[&'static str] {
        &self.wanted
    }

    pub(crate) fn decide(&self, caller: &Caller) -> Decision {
        let Some(held) = caller.scopes() else {
            return if self.public { Decision::Allowed } else { Decision::NeedsToken };
        };
        let satisfied = held.contains_all(self.all) && self.any.iter().all(|group| held.intersects(*group));
        if self.public || satisfied { Decision::Allowed } else { Decision::NeedsScope }
    }
}
