//! The tools, and what both doors share: which notes somebody may see.

use mcp_auth::prelude::*;

use crate::{
    scopes::{CreateNotes, DeleteNotes, ReadNotes},
    store::{Note, Store},
};

/// The MCP server.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    store: Store,
}

#[server(title = "Notes", scopes(CreateNotes, ReadNotes, DeleteNotes))]
impl Notes {
    /// Writes a note.
    #[tool]
    async fn create_note(
        &self,
        user: AuthInfo,
        proof: Granted<CreateNotes>,
        /// What it says.
        text: String,
    ) -> String {
        let note = self.store.create(user.subject(), text, &proof);
        format!("kept: {}", note.text)
    }

    /// Lists your notes with their ids; with `read:notes`, those of everybody.
    #[tool(authenticated, annotations(read_only))]
    async fn list_notes(&self, user: AuthInfo) -> Json<Vec<Note>> {
        Json(self.seen_by(&user))
    }

    /// Deletes a note for good. Notes of others need `delete:notes`.
    #[tool(authenticated, annotations(destructive))]
    async fn delete_note(
        &self,
        user: AuthInfo,
        /// Its id, as in the list.
        id: u64,
    ) -> Result<String> {
        // Whether there is such a note is for those to know who may see it.
        let own = self.store.find(id).is_some_and(|note| note.owner == user.subject());
        if !own {
            user.require::<DeleteNotes>()?;
        }
        if self.store.delete(id) {
            Ok(format!("note {id} is gone"))
        } else {
            Err(ToolError::tell(format!("there is no note {id}")))
        }
    }

    pub(crate) fn seen_by(&self, user: &AuthInfo) -> Vec<Note> {
        let all = user.has::<ReadNotes>();
        self.store.all().into_iter().filter(|note| all || note.owner == user.subject()).collect()
    }
}
