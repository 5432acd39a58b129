//! The permissions of the API resource, as they are set up at Logto. Everybody who has signed in sees and deletes notes of
//! their own; these are for more.

use mcp_auth::Scope;

/// Create new notes.
#[derive(Scope)]
#[scope("create:notes")]
pub struct CreateNotes;

/// Read everybody's notes.
#[derive(Scope)]
#[scope("read:notes")]
pub struct ReadNotes;

/// Delete anybody's note.
#[derive(Scope)]
#[scope("delete:notes")]
pub struct DeleteNotes;
