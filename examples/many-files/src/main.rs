//! Two servers in one process, each a resource of its own. See README.md.

mod notes;
mod scopes;
mod team;
#[cfg(test)]
mod tests;

use std::env;

use mcp_auth::{Mount, prelude::*};
use tracing_subscriber::EnvFilter;

use notes::Notes;
use team::Team;

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,mcp_auth=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let origin = env::var("ORIGIN").unwrap_or_else(|_| "http://127.0.0.1:3000".to_owned());
    servers(&Auth::from_env().await?, &origin).serve().await
}

/// Both servers, on one address.
fn servers(auth: &Auth, origin: &str) -> Mount {
    let origin = origin.trim_end_matches('/');
    auth.mount()
        .server_at(&format!("{origin}/notes"), Notes::default())
        .server_at(&format!("{origin}/team"), Team::default())
}
