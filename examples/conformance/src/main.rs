//! The official conformance suite's server under test, protected, on mcp-auth's macros. See README.md.

mod handler;
mod input;
mod prompts;
mod resources;
mod server;
mod subscriptions;
#[cfg(test)]
mod tests;
mod tools;

use std::{env, error::Error, fs};

use mcp_auth::{Auth, DevelopmentIssuer};
use tracing_subscriber::EnvFilter;

use server::Conformance;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).init();

    let port = env::var("PORT").unwrap_or_else(|_| "8002".to_owned());
    let port: u16 = port.parse().map_err(|error| format!("PORT is `{port}`: {error}"))?;
    let origin = format!("http://127.0.0.1:{port}");
    let resource = format!("{origin}/mcp");

    let issuer = DevelopmentIssuer::new(&origin)?;
    let auth = Auth::builder().development_issuer(issuer.clone()).resource(&resource).build()?;
    let server = auth.bind(Conformance::default()).await?;
    println!("The conformance server listens on {resource}");

    // After the address is taken: whoever waits for the file may call at once.
    if let Some(file) = env::var_os("TOKEN_FILE") {
        let token = issuer.token("conformance").scopes("mcp:tools mcp:read").audience(&resource).issue();
        fs::write(&file, token.expose())?;
        println!("A token for it is in {}", file.display());
    }
    Ok(server.run().await?)
}
