//! A protected MCP server on this machine, people sign in to it in their browser. `cargo run -p quickstart`

mod welcome;

use std::{
    env,
    sync::{Arc, Mutex, PoisonError},
};

use mcp_auth::{DevelopmentSignIn, SqliteStore, prelude::*};
use schemars::JsonSchema;
use serde::Serialize;

const ORIGIN: &str = "http://127.0.0.1:3000";
const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
/// Who signed in, and what they allowed; take it away and everybody is a stranger again.
const DATABASE: &str = "quickstart.db";

/// See your notes.
#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

/// Write notes in your name.
#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

/// Notes, kept in memory, each with its author.
#[derive(Clone, Default)]
struct Notes {
    kept: Arc<Mutex<Vec<Note>>>,
}

#[derive(Clone, Serialize, JsonSchema)]
struct Note {
    author: String,
    text: String,
}

#[server(resource = "http://127.0.0.1:3000/mcp", title = "Quickstart notes", scopes(ReadNotes, WriteNotes))]
impl Notes {
    /// Is the server up? Anybody may ask.
    #[tool(public)]
    async fn ping(&self) -> &'static str {
        "pong"
    }

    /// Who does the server think is calling?
    #[tool(authenticated, annotations(read_only))]
    async fn whoami(&self, user: AuthInfo) -> String {
        let scopes: Vec<_> = user.scopes().collect();
        format!("{} with {}", user.subject(), scopes.join(" "))
    }

    /// Lists your notes.
    #[tool(scopes(ReadNotes), annotations(read_only))]
    async fn list_notes(&self, user: AuthInfo) -> Json<Vec<Note>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Json(kept.iter().filter(|note| note.author == user.subject()).cloned().collect())
    }

    /// Writes a note.
    #[tool(scopes(WriteNotes))]
    async fn add_note(
        &self,
        user: AuthInfo,
        /// What the note says, at most 1000 characters.
        text: String,
    ) -> Result<String> {
        if text.chars().count() > 1000 {
            return Err(ToolError::tell("a note has at most 1000 characters"));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = format!("kept: {text}");
        kept.push(Note { author: user.subject().to_owned(), text });
        Ok(answer)
    }
}

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or("warn,mcp_auth=info".into()),
        )
        .init();
    let database = env::args().nth(1).unwrap_or_else(|| DATABASE.to_owned());
    let auth = Auth::authorization_server(ORIGIN)
        .sign_in(DevelopmentSignIn::new())
        .store(SqliteStore::open(&database)?)
        .build()?;
    let server = auth.bind(Notes::default()).await?;
    welcome::print(RESOURCE, &database);
    server.run().await
}
