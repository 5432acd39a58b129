//! A protected MCP server on this machine, with tokens to try it. `cargo run -p quickstart`

mod welcome;

use std::sync::{Arc, Mutex, PoisonError};

use mcp_auth::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

const ORIGIN: &str = "http://127.0.0.1:3000";
const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

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

#[server(
    resource = "http://127.0.0.1:3000/mcp",
    title = "Quickstart notes",
    scopes("notes:read", "notes:write")
)]
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
    #[tool(scopes = "notes:read", annotations(read_only))]
    async fn list_notes(&self, user: AuthInfo) -> Json<Vec<Note>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Json(kept.iter().filter(|note| note.author == user.subject()).cloned().collect())
    }

    /// Writes a note.
    #[tool(scopes = "notes:write")]
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
        kept.push(Note { author: user.subject().to_owned(), text });
        Ok(format!("kept; there are {} notes now", kept.len()))
    }
}

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    tracing_subscriber::fmt().with_env_filter("warn,mcp_auth=info").init();
    let issuer = DevelopmentIssuer::new(ORIGIN)?;
    let auth = Auth::builder().development_issuer(issuer.clone()).build()?;
    let server = auth.bind(Notes::default()).await?;
    welcome::print(&issuer, RESOURCE);
    server.run().await
}
