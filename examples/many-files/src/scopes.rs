//! Every scope of the application, once. The doc comments are what people read when they are asked for consent.

use mcp_auth::prelude::*;

/// See your notes.
#[derive(Scope)]
#[scope("notes:read")]
pub(crate) struct ReadNotes;

/// Create, change and delete your notes.
#[derive(Scope)]
#[scope("notes:write", includes(ReadNotes))]
pub(crate) struct WriteNotes;

/// See who belongs to your team.
#[derive(Scope)]
#[scope("team:read")]
pub(crate) struct ReadTeam;

/// Invite people to your team, and remove them.
#[derive(Scope)]
#[scope("team:manage", includes(ReadTeam))]
pub(crate) struct ManageTeam;
