//! Our side: `Auth::serve` with a durable store, in a process of its own.

use std::{path::Path, time::Duration};

use mcp_auth::{Auth, AuthorizationServer, DevelopmentSignIn, Lifetimes, SqliteStore};

use super::ORIGIN;
use crate::{Result, server::Sum};

/// Writes the address, and serves until the input ends. The store is a file in `folder`.
pub(crate) fn serve(folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(listen(&folder.join("grants.db")));
    for line in std::io::stdin().lines() {
        line?;
    }
    drop(runtime);
    served
}

async fn listen(file: &Path) -> Result<()> {
    // Codes are collected before they are measured.
    let mut lifetimes = Lifetimes::default();
    lifetimes.authorization_code = Duration::from_secs(600);
    let settings = AuthorizationServer::new(ORIGIN)
        .sign_in(DevelopmentSignIn::new())
        .store(SqliteStore::open(file)?)
        .lifetimes(lifetimes);
    let auth = Auth::builder().authorization_server(settings).listen("127.0.0.1:0").build()?;
    let server = auth.bind(Sum).await?;
    println!("{}", server.address());
    tokio::spawn(server.run_until(std::future::pending()));
    Ok(())
}
