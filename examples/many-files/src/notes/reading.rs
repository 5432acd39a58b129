//! Tools that change nothing: a block of methods.

use mcp_auth::prelude::*;

use super::{Notes, store::Note};
use crate::scopes::ReadNotes;

#[tools(reading)]
impl Notes {
    /// Lists your notes.
    #[tool(scopes(ReadNotes), annotations(read_only))]
    async fn list_notes(&self, user: AuthInfo) -> Json<Vec<Note>> {
        Json(self.store.of(user.subject()))
    }

    /// Shows one of your notes.
    #[tool(scopes(ReadNotes), annotations(read_only))]
    async fn show_note(
        &self,
        user: AuthInfo,
        /// The number of the note.
        number: usize,
    ) -> Result<Json<Note>> {
        let note = self.store.of(user.subject()).into_iter().find(|note| note.number == number);
        note.map(Json).ok_or_else(|| ToolError::tell(format!("you have no note {number}")))
    }
}
