//! A protected MCP server whose tokens are no JWTs. `cargo run -p opaque-token`

mod sessions;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use mcp_auth::prelude::*;
use sessions::{Session, Sessions};

const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

#[derive(Clone)]
struct Notes;

#[server(resource = "http://127.0.0.1:3000/mcp", scopes("notes:read"))]
impl Notes {
    /// Who does the server think is calling?
    #[tool(scopes = "notes:read", annotations(read_only))]
    async fn whoami(&self, user: AuthInfo) -> String {
        user.subject().to_owned()
    }
}

/// What a sign-in would do.
fn sign_in(sessions: &Sessions) {
    #[expect(clippy::disallowed_methods, reason = "an example has no other clock")]
    let ends = SystemTime::now() + Duration::from_secs(60 * 60);
    let alice = Session { person: "alice", scopes: "notes:read", server: RESOURCE, ends };
    sessions.insert("sess_alice", alice.clone());
    sessions.insert("sess_narrow", Session { scopes: "", ..alice.clone() });
    sessions.insert("sess_elsewhere", Session { server: "https://elsewhere.example.com/mcp", ..alice });
}

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    tracing_subscriber::fmt().with_env_filter("warn,mcp_auth=info").init();
    let sessions = Sessions::default();
    sign_in(&sessions);
    let auth = Auth::builder().verifier(sessions).build()?;
    println!(
        "curl -i {RESOURCE} -H 'Authorization: Bearer sess_alice' \\\n  \
         -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\\n  \
         -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: whoami' \\\n  \
         -d '{CALL}'"
    );
    auth.serve(Notes).await
}

const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"curl","version":"8"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#;
