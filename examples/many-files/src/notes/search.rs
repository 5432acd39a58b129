//! One tool that is a plain function: it names its server.

use mcp_auth::{State, prelude::*};

use super::{Notes, store::Note};
use crate::scopes::ReadNotes;

/// Finds your notes that mention a word.
#[tool(server = Notes, scopes(ReadNotes), annotations(read_only))]
pub(super) async fn search_notes(
    State(notes): State<Notes>,
    user: AuthInfo,
    /// The word, in upper or lower case.
    word: String,
) -> String {
    let wanted = word.to_lowercase();
    let mentions = |note: &Note| note.text.to_lowercase().contains(&wanted);
    let found: Vec<_> = notes.store.of(user.subject()).into_iter().filter(mentions).collect();
    if found.is_empty() {
        return format!("no note mentions {word}");
    }
    let lines: Vec<_> = found.iter().map(|note| format!("{}: {}", note.number, note.text)).collect();
    lines.join("\n")
}
