//! Who may: `public`, `authenticated`, `scopes(…)`, `any_of(…)`; joined by *and*.

use syn::Ident;

use super::{
    Entry, Value, entries, key,
    scope::{self, Word},
};
use crate::diagnostics::Errors;

/// The access words of one place.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) public: Option<Ident>,
    pub(crate) authenticated: Option<Ident>,
    pub(crate) all: Vec<Word>,
    pub(crate) any: Vec<Vec<Word>>,
    /// The keys as they were written, to underline.
    keys: Vec<Ident>,
}

impl Access {
    /// The access rule in `default(…)` or a group.
    pub(crate) fn parse(entry: Entry, errors: &Errors) -> Option<Self> {
        let key = entry.key.clone();
        let tokens = entry.list("authenticated", errors)?;
        let mut access = Self::default();
        if tokens.is_empty() {
            errors.at(&key, format!("expected an access word, such as `{key}(authenticated)`"));
        }
        for entry in entries(tokens, &key::ACCESS, errors) {
            access.add(entry, errors);
        }
        access.check(errors);
        Some(access)
    }

    /// Takes one of [`key::ACCESS`].
    pub(crate) fn add(&mut self, entry: Entry, errors: &Errors) {
        self.keys.push(entry.key.clone());
        match entry.name().as_str() {
            key::PUBLIC => self.public = Some(entry.key.clone()).filter(|_| entry.flag(errors)),
            key::AUTHENTICATED => self.authenticated = Some(entry.key.clone()).filter(|_| entry.flag(errors)),
            key::SCOPES => self.all = scope::words(&entry, errors),
            _ => self.any.extend(any_of(&entry, errors)),
        }
    }

    /// `public` stands alone: together with another word it would be unclear which of the two holds.
    pub(crate) fn check(&self, errors: &Errors) {
        if let (Some(public), Some(other)) = (&self.public, self.keys.iter().find(|key| *key != key::PUBLIC))
        {
            let later = if self.keys.first() == Some(public) { other } else { public };
            errors
                .at(later, format!("`public` lets everybody call; it cannot stand together with `{other}`"));
        }
    }

    /// Whether anything was written.
    pub(crate) fn is_decision(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Every scope, in the order in which it was written.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Word> {
        self.all.iter().chain(self.any.iter().flatten())
    }
}

fn any_of(entry: &Entry, errors: &Errors) -> Option<Vec<Word>> {
    let Value::List(..) = &entry.value else {
        errors.at(&entry.key, "expected `any_of(\"a\", \"b\")`");
        return None;
    };
    let words = scope::words(entry, errors);
    if let [only] = words.as_slice() {
        errors.at(entry, format!("`any_of` with one scope is `scopes({})`", only.code()));
    }
    Some(words)
}
