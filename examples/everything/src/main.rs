//! `cargo run -p everything-example`. See README.md.

use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,mcp_auth=info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let (server, issuer) = everything_example::bind(8004).await?;
    let resource = "http://127.0.0.1:8004/mcp";
    println!("The reports are at {resource}");
    for name in ["alice", "bob"] {
        let token = issuer.token(name).scopes("reports:read reports:write").audience(resource).issue();
        println!("\n{name}, for an hour:\n{}", token.expose());
    }
    server.run().await
}
