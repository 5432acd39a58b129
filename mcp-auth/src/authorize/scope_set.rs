//! The scopes of one token as bits over a server's catalogue.

use std::ops::{BitAnd, BitOr};

const WORDS: usize = 4;

/// How many scopes one server may declare.
pub(crate) const MAX_SCOPES: usize = WORDS * 64;

/// A set of scopes, each a bit at its place in the server's [`Catalog`](super::Catalog).
///
/// A token's scopes are resolved to this form once, when the token is verified; after that an *all of*
/// check is one AND.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Hash)]
pub(crate) struct ScopeSet([u64; WORDS]);

impl ScopeSet {
    /// No scope at all.
    pub(crate) const EMPTY: Self = Self([0; WORDS]);

    /// Adds the scope at `index` of the catalogue.
    pub(crate) fn insert(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    /// Whether every scope of `required` is in this set.
    pub(crate) fn contains_all(self, required: Self) -> bool {
        (self & required) == required
    }

    /// Whether at least one scope of `alternatives` is in this set.
    pub(crate) fn intersects(self, alternatives: Self) -> bool {
        (self & alternatives) != Self::EMPTY
    }
}

impl BitAnd for ScopeSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }
}

impl BitOr for ScopeSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
}
