//! Somebody who signed in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Somebody who signed in: who they are at which provider. An e-mail address is never part of it, because addresses
/// change hands.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// The id of the provider, such as `github`.
    pub provider: String,
    /// The stable id that the provider gave them, such as GitHub's numeric id.
    pub id: String,
    /// What to call them on pages, such as their login. It can change and identifies nobody.
    pub name: String,
}

impl Person {
    /// The subject of their tokens (`sub`): provider and id, `github:583231`.
    pub fn subject(&self) -> String {
        format!("{}:{}", self.provider, self.id)
    }

    /// The person of a subject such as `github:583231`, by that name; `None` where it is none.
    ///
    /// ```
    /// use mcp_auth::store::Person;
    ///
    /// assert_eq!(Person::of_subject("github:583231").map(|person| person.id), Some("583231".to_owned()));
    /// assert_eq!(Person::of_subject("583231"), None);
    /// ```
    pub fn of_subject(subject: &str) -> Option<Self> {
        let (provider, id) = subject.split_once(':')?;
        let whole = !provider.is_empty() && !id.is_empty();
        whole.then(|| Self { provider: provider.to_owned(), id: id.to_owned(), name: subject.to_owned() })
    }
}

/// The name is left out: two are the same whatever they are called now.
impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.provider == other.provider && self.id == other.id
    }
}

impl Eq for Person {}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({}:{})", self.provider, self.id)
    }
}
