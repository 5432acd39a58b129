//! Where notes are kept: in memory. Who changes something shows that it was granted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcp_auth::Proves;
use schemars::JsonSchema;
use serde::Serialize;

use crate::scopes::WriteNotes;

#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct Note {
    pub(super) number: usize,
    pub(super) text: String,
    #[serde(skip)]
    owner: String,
}

#[derive(Clone, Default)]
pub(super) struct Store {
    notes: Arc<Mutex<Vec<Note>>>,
}

impl Store {
    pub(super) fn of(&self, owner: &str) -> Vec<Note> {
        self.lock().iter().filter(|note| note.owner == owner).cloned().collect()
    }

    pub(super) fn add(&self, owner: &str, text: String, _proof: &impl Proves<WriteNotes>) -> usize {
        let mut notes = self.lock();
        let number = notes.iter().map(|note| note.number).max().unwrap_or(0) + 1;
        notes.push(Note { number, text, owner: owner.to_owned() });
        number
    }

    /// Whether there was such a note.
    pub(super) fn delete(&self, owner: &str, number: usize, _proof: &impl Proves<WriteNotes>) -> bool {
        let mut notes = self.lock();
        let before = notes.len();
        notes.retain(|note| note.owner != owner || note.number != number);
        notes.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
