//! Tools that change something. `Granted` is the access decision and the proof of it in one: the store asks for it.

use mcp_auth::prelude::*;

use super::Notes;
use crate::scopes::WriteNotes;

#[tools(writing)]
impl Notes {
    /// Writes a note.
    #[tool]
    async fn add_note(
        &self,
        user: AuthInfo,
        proof: Granted<WriteNotes>,
        /// What the note says, at most 1000 characters.
        text: String,
    ) -> Result<String> {
        if text.chars().count() > 1000 {
            return Err(ToolError::tell("a note has at most 1000 characters"));
        }
        let number = self.store.add(user.subject(), text, &proof);
        Ok(format!("kept as note {number}"))
    }

    /// Deletes a note for good.
    #[tool(annotations(destructive))]
    async fn delete_note(
        &self,
        user: AuthInfo,
        proof: Granted<WriteNotes>,
        /// The number of the note.
        number: usize,
    ) -> Result<String> {
        if self.store.delete(user.subject(), number, &proof) {
            Ok(format!("note {number} is gone"))
        } else {
            Err(ToolError::tell(format!("you have no note {number}")))
        }
    }
}
