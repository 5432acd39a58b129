//! The reports, and whose they are.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use mcp_auth::{AuthInfo, Principal};

/// A person, whatever client they use: a subject means nothing without its issuer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Person {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

impl From<&Principal> for Person {
    fn from(principal: &Principal) -> Self {
        Self { issuer: principal.issuer().to_owned(), subject: principal.subject().to_owned() }
    }
}

impl From<&AuthInfo> for Person {
    fn from(user: &AuthInfo) -> Self {
        user.principal().into()
    }
}

/// Texts by title, by person.
#[derive(Default)]
pub(crate) struct Store(Mutex<HashMap<Person, BTreeMap<String, String>>>);

impl Store {
    pub(crate) fn write(&self, owner: Person, title: String, text: String) {
        self.lock().entry(owner).or_default().insert(title, text);
    }

    pub(crate) fn read(&self, owner: &Person, title: &str) -> Option<String> {
        self.lock().get(owner)?.get(title).cloned()
    }

    pub(crate) fn remove(&self, owner: &Person, title: &str) -> Option<String> {
        self.lock().get_mut(owner)?.remove(title)
    }

    pub(crate) fn titles(&self, owner: &Person) -> Vec<String> {
        self.lock().get(owner).map(|reports| reports.keys().cloned().collect()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Person, BTreeMap<String, String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
