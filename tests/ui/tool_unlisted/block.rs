#![deny(warnings, dead_code)]

use mcp_auth::{Auth, server, tools};

struct Notes;

#[tools(repos)]
impl Notes {
    #[tool(public)]
    fn list_repos(&self) {}

    #[tool(public)]
    async fn more(&self) {}
}

#[server]
impl Notes {}

async fn serve(auth: Auth) {
    auth.serve(Notes).await.unwrap();
}

fn main() {
    let _ = serve;
}
