//! `cargo run -p github-example`. See README.md.

use std::env;

use github_example::{Profiles, auth};
use mcp_auth::GitHub;
use tracing_subscriber::EnvFilter;

/// Who signed in, and what they allowed; GitHub's tokens are sealed in it.
const DATABASE: &str = "github.db";
/// 32 random bytes or more.
const SEALING_KEY: &str = "MCP_GITHUB_SEALING_KEY";

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,mcp_auth=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let (github, sealing_key) = match (GitHub::from_env(), env::var(SEALING_KEY)) {
        (Ok(github), Ok(sealing_key)) => (github, sealing_key),
        (github, sealing_key) => {
            // Everything that is missing at once.
            if let Err(error) = github {
                eprintln!("{error}");
            }
            if sealing_key.is_err() {
                eprintln!("{SEALING_KEY} is not set: it seals GitHub's tokens in {DATABASE}");
                eprintln!("    help: `openssl rand -hex 32` makes one; keep it");
            }
            std::process::exit(1);
        }
    };
    auth(github, DATABASE, &sealing_key)?.serve(Profiles).await
}
