//! Two tools behind the scope `mcp:tools`, with the tokens of a Keycloak realm. See README.md.

use mcp_auth::prelude::*;

struct Calculator;

#[server(title = "Calculator")]
impl Calculator {
    /// Adds two numbers.
    #[tool(scopes = "mcp:tools", annotations(read_only, idempotent))]
    async fn add_numbers(
        &self,
        /// The first number.
        a: f64,
        /// The second number.
        b: f64,
    ) -> f64 {
        a + b
    }

    /// Multiplies two numbers.
    #[tool(scopes = "mcp:tools", annotations(read_only, idempotent))]
    async fn multiply_numbers(
        &self,
        /// The first number.
        a: f64,
        /// The second number.
        b: f64,
    ) -> f64 {
        a * b
    }
}

#[tokio::main]
async fn main() -> mcp_auth::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(std::env::var("RUST_LOG").unwrap_or_else(|_| "warn,mcp_auth=info".to_owned()))
        .with_writer(std::io::stderr)
        .init();
    Auth::from_env().await?.serve(Calculator).await
}
