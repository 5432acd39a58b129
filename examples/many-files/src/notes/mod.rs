//! The notes: a server whose tools live in three files.

mod reading;
mod search;
mod store;
mod writing;

use mcp_auth::prelude::*;

use crate::scopes::{ReadNotes, WriteNotes};
use store::Store;

#[derive(Clone, Default)]
pub(crate) struct Notes {
    store: Store,
}

// What the server is, and where its tools are. A tool that is not listed is a compiler warning.
#[server(
    title = "Notes",
    instructions = "Notes of the person who signed in. Search before you add.",
    scopes(ReadNotes, WriteNotes),
    tools(reading::reading, writing::writing, search::search_notes)
)]
impl Notes {}
