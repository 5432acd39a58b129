//! People sign in with GitHub, and a tool reads their profile with their own token.

use mcp_auth::{AuthorizationServer, ConfigError, SqliteStore, prelude::*};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where clients and browsers find it. GitHub's app has its callback here: `http://localhost:3000/github/callback`.
pub const ORIGIN: &str = "http://localhost:3000";

/// See your GitHub profile.
#[derive(Scope)]
#[scope("user")]
pub struct ReadProfile;

/// The server: it keeps nothing of anybody.
#[derive(Clone)]
pub struct Profiles;

/// What GitHub says about somebody.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Profile {
    /// What they are called at GitHub.
    pub login: String,
    /// The number that stays when the login changes.
    pub id: u64,
    /// Their own name.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// How many public repositories they have.
    pub public_repos: Option<u64>,
}

#[server(
    resource = "http://localhost:3000/mcp",
    title = "GitHub profiles",
    scopes(ReadProfile),
    upstream(GitHub)
)]
impl Profiles {
    /// Your GitHub profile.
    #[tool(scopes(ReadProfile), annotations(read_only))]
    async fn get_user_profile(&self, github: Upstream<GitHub>) -> Result<Json<Profile>> {
        Ok(Json(github.get("/user").await?))
    }
}

/// Who may sign in, where that is kept, and under which key.
///
/// # Errors
///
/// What cannot work, each by the name of its setting.
pub fn auth(github: GitHub, database: &str, sealing_key: &str) -> Result<Auth, ConfigError> {
    AuthorizationServer::new(ORIGIN)
        .sign_in(github.scopes(["read:user"]))
        .store(SqliteStore::open(database)?)
        .sealing_key("2026", sealing_key)
        .build()
}
