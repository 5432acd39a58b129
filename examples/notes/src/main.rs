//! `cargo run -p notes-example`. See README.md.

use mcp_auth::Auth;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,mcp_auth=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let auth = Auth::from_env().await?;
    notes_example::bind(&auth).await?.run().await
}
