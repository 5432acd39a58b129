//! Where notes are kept: in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcp_auth::Proves;
use schemars::JsonSchema;
use serde::Serialize;

use crate::scopes::CreateNotes;

/// A note.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Note {
    pub(crate) id: u64,
    /// Who wrote it.
    pub(crate) owner: String,
    pub(crate) text: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Store(Arc<Mutex<Notes>>);

#[derive(Debug, Default)]
struct Notes {
    last: u64,
    notes: Vec<Note>,
}

impl Store {
    pub(crate) fn all(&self) -> Vec<Note> {
        self.lock().notes.clone()
    }

    pub(crate) fn find(&self, id: u64) -> Option<Note> {
        self.lock().notes.iter().find(|note| note.id == id).cloned()
    }

    /// Whoever calls this shows that it was granted.
    pub(crate) fn create(&self, owner: &str, text: String, _proof: &impl Proves<CreateNotes>) -> Note {
        let mut notes = self.lock();
        notes.last += 1;
        let note = Note { id: notes.last, owner: owner.to_owned(), text };
        notes.notes.push(note.clone());
        note
    }

    /// Whether there was such a note.
    pub(crate) fn delete(&self, id: u64) -> bool {
        let notes = &mut self.lock().notes;
        let before = notes.len();
        notes.retain(|note| note.id != id);
        notes.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
