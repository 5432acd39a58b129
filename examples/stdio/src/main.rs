//! Notes on stdin and stdout: `MCP_AUTH_LOCAL_SUBJECT` and `MCP_AUTH_LOCAL_SCOPES` say who calls.

use std::io::stderr;

use mcp_auth::{LocalIdentity, prelude::*, serve_stdio};

/// See your notes.
#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

/// Create, change and delete your notes.
#[derive(Scope)]
#[scope("notes:write", includes(ReadNotes))]
struct WriteNotes;

struct Notes;

#[server(scopes(ReadNotes, WriteNotes))]
impl Notes {
    /// Is the service up?
    #[tool(public)]
    fn ping(&self) -> &'static str {
        "pong"
    }

    /// Who am I?
    #[tool(authenticated)]
    fn whoami(&self, user: AuthInfo) -> String {
        format!("{} by {}", user.subject(), user.issuer())
    }

    /// Counts your notes, with drafts for those who may change them.
    #[tool(scopes(ReadNotes))]
    fn count_notes(&self, user: AuthInfo, drafts: Option<bool>) -> Result<u32> {
        if drafts == Some(true) {
            user.require::<WriteNotes>()?;
            return Ok(5);
        }
        Ok(3)
    }

    /// Deletes your notes.
    #[tool]
    fn delete_notes(&self, _proof: Granted<WriteNotes>) -> &'static str {
        "deleted"
    }
}

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    // Stdout belongs to the protocol.
    tracing_subscriber::fmt().with_writer(stderr).with_ansi(false).init();
    serve_stdio(Notes, LocalIdentity::from_env()?).await
}
