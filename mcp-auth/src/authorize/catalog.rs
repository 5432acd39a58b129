//! Which scopes a server declares.

use super::ScopeSet;

/// The scopes one server declares, in the order of their bits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    words: Vec<&'static str>,
}

impl Catalog {
    pub(crate) fn new(words: impl IntoIterator<Item = &'static str>) -> Self {
        let mut catalog = Self { words: Vec::new() };
        for word in words {
            if !catalog.words.contains(&word) {
                catalog.words.push(word);
            }
        }
        catalog
    }

    pub(crate) fn words(&self) -> &[&'static str] {
        &self.words
    }

    /// The set of those `scopes` that the server declares; foreign ones are ignored.
    pub(crate) fn resolve<'a>(&self, scopes: impl IntoIterator<Item = &'a str>) -> ScopeSet {
        let mut set = ScopeSet::EMPTY;
        for scope in scopes {
            if let Some(index) = self.words.iter().position(|word| *word == scope) {
                set.insert(index);
            }
        }
        set
    }
}
