#![deny(warnings, dead_code)]

use mcp_auth::{AuthInfo, Auth, server, tool};

struct Notes;

#[tool(server = Notes, scopes("notes:read"))]
async fn search(user: AuthInfo, query: String) -> String {
    helper(user.subject(), &query)
}

fn helper(a: &str, b: &str) -> String {
    format!("{a}{b}")
}

#[server(scopes("notes:read"))]
impl Notes {}

#[allow(clippy::unwrap_used)]
async fn serve(auth: Auth) {
    auth.serve(Notes).await.unwrap();
}

fn main() {
    let _ = serve;
}
